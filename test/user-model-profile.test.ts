import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { refreshUserStats } from '../src/users/stats.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { NOW } from './segments-fixture.ts'
import { fillUsers } from './users-fixture.ts'

const KEY = 'sk-of-nobody-0123456789'
let t: TestApp
let model: Server
let operator: string
let viewer: string
/** What the model was asked, and what it answers next. */
let asked: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[] = []
let answer: { status: number; body: string } | 'nothing'
const written: string[] = []
const says = (content: unknown) => ({ status: 200, body: JSON.stringify({ choices: [{ message: { content } }] }) })

beforeAll(async () => {
  model = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      asked.push({ path: request.url, headers: request.headers, body })
      if (answer === 'nothing') return
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => model.once('listening', resolve))
  const llmUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`
  t = await testApp({ now: NOW, config: { llmUrl, llmKey: KEY, llmModel: 'tiny-1', llmTimeoutMs: 500 } })
  const keep = (line: unknown) => void written.push(JSON.stringify(line))
  Object.assign(t.deps.log, { info: keep, warn: keep, error: keep })
  await fillUsers(t.sql)
  await refreshUserStats(t.deps)
  operator = await t.admin('operator')
  viewer = await t.admin('viewer')
})
afterAll(async () => {
  model.closeAllConnections()
  model.close()
  await t.close()
})
beforeEach(() => {
  asked = []
  answer = says('Ann builds a lot.\n\nShe is fine.')
})

const withConfig = (config: Partial<TestApp['deps']['config']>) =>
  createApp({ ...t.deps, config: { ...t.deps.config, ...config } })
const write = (cookie = operator, app: Pick<TestApp['app'], 'request'> = t.app, id = 'ann') =>
  app.request(`http://localhost/dashboard/users/${id}/profile`, {
    method: 'POST',
    headers: { cookie, origin: 'http://localhost', accept: 'text/html' },
  })
const card = async (cookie = operator, app: Pick<TestApp['app'], 'request'> = t.app) => {
  const page = await app.request('http://localhost/dashboard/users/ann', { headers: { cookie, accept: 'text/html' } })
  return /id="card-profile"[\s\S]*?<\/section>/.exec(await page.text())?.[0] ?? ''
}

describe('the profile that a model writes', () => {
  it('is asked for by the button alone, kept with its source, and told by the audit log', async () => {
    expect(await card()).toContain('Have a model write it')
    expect(await card()).toContain('written by rules')
    expect(asked).toEqual([])
    const answered = await write()
    expect([answered.status, answered.headers.get('location')]).toEqual([303, '/dashboard/users/ann?done=profile'])
    const html = await card()
    expect(html).toContain('<p>Ann builds a lot.</p><p>She is fine.</p>')
    expect(html).toContain('written by tiny-1 from stored numbers')
    expect(html).toContain('Write anew')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ path: '/v1/chat/completions', headers: { authorization: `Bearer ${KEY}` } })
    expect(await t.sql`select target, detail from audit_log where action = 'user.profile.write'`).toEqual([
      { target: 'user:ann', detail: { model: 'tiny-1' } },
    ])
  })

  it('is made of numbers: neither id nor name nor address nor tenant nor place is sent', async () => {
    await write()
    const sent = JSON.parse(asked[0]!.body) as { model: string; messages: { role: string; content: string }[] }
    expect(sent.model).toBe('tiny-1')
    const about = sent.messages.find(({ role }) => role === 'user')!.content
    expect(JSON.parse(about)).toMatchObject({ class: 'paid', plan: 'pro', last_30_days: { api_calls: 30 } })
    for (const part of ['ann', 'Archer', 'x.example', 'acme', 'google', 'DE', 'Bremen'])
      expect(about.toLowerCase().includes(`"${part.toLowerCase()}`) || about.includes(`${part}"`), part).toBe(false)
  })

  it('that does not come is the rules’ text, with the reason; it is not tried again by itself', async () => {
    for (const [next, why] of [
      [{ status: 401, body: '{"error":"no"}' }, 'does not accept LLM_KEY (401)'],
      [{ status: 500, body: 'oh' }, 'answered 500'],
      [{ status: 200, body: 'no JSON' }, 'something else than a completion'],
      [says(''), 'something else than a completion'],
      [says(null), 'something else than a completion'],
      ['nothing', 'no answer within 0.5 s'],
    ] as const) {
      asked = []
      answer = next
      expect((await write()).headers.get('location')).toBe('/dashboard/users/ann?done=rules')
      const html = await card()
      expect(html, why).toContain(why)
      expect(html).toContain('written by rules')
      expect(html).toContain('Pays for Pro.')
      expect(asked).toHaveLength(1)
    }
    expect(written.join('\n')).not.toContain(KEY)
    expect(await card()).not.toContain(KEY)
  })

  it('is shown as text, whatever the model says, and has an end', async () => {
    answer = says(`<script>alert(1)</script> ${'word '.repeat(2_000)}`)
    await write()
    expect(await card()).toContain('&lt;script&gt;')
    const [row] = await t.sql<{ n: number }[]>`select length(text) as n from user_profiles`
    expect(row?.n).toBe(2_000)
  })

  it('is for operators, and neither for privacy mode strict nor READ_ONLY nor without a model', async () => {
    expect((await write(viewer)).status).toBe(403)
    expect(await card(viewer)).toContain('This needs the role operator')
    for (const config of [{ privacy: 'strict' as const }, { readOnly: true }, { llmModel: '' }])
      expect((await write(operator, withConfig(config))).status).toBe(403)
    expect((await write(operator, t.app, 'nobody')).status).toBe(404)
    expect(asked).toEqual([])
    expect(await card(operator, withConfig({ privacy: 'strict' }))).toBe('')
    expect(await card(operator, withConfig({ llmUrl: '' }))).not.toContain('<button')
  })
})
