import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { deliverAll, forget, later } from './delivery-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type MailServer, mailServer } from './helpers/smtp.ts'

const ORIGIN = 'http://localhost'

let t: TestApp
let smtp: MailServer
let operator: string
beforeAll(async () => {
  smtp = await mailServer()
  t = await testApp({ config: { smtpUrl: smtp.url, mailFrom: 'Team <team@x.example>' } })
  operator = await t.admin('operator')
  const ts = new Date().toISOString()
  const facts = [
    { kind: 'tenants', row: { id: 'acme', name: 'Acme' } },
    { kind: 'users', row: { id: 'ada', tenant_id: 'acme', email: 'ada@x.example', updated_at: ts } },
    { kind: 'users', row: { id: 'bob', tenant_id: 'mirai', email: 'Bob@x.example', updated_at: ts } },
    { kind: 'users', row: { id: 'eve', tenant_id: 'mirai', email: 'eve@x.example', updated_at: ts } },
    { kind: 'users', row: { id: 'cleo', tenant_id: 'acme', email: 'cleo@x.example', updated_at: ts } },
    { kind: 'users', row: { id: 'nomail', tenant_id: 'acme', updated_at: ts } },
    { kind: 'users', row: { id: 'gone', email: 'gone@x.example', status: 'deleted', updated_at: ts } },
    {
      kind: 'messages',
      row: { id: 'm1', ts, channel: 'email', recipient: 'bob@x.example', status: 'unsubscribed', updated_at: ts },
    },
    { kind: 'messages', row: { id: 'm2', ts, channel: 'email', user_id: 'eve', status: 'complained', updated_at: ts } },
  ]
  const outcome = await t.deps.writer.write(
    facts.map((fact, index) => ({ ...fact, index }) as never),
    { source: 'typed', receivedAt: new Date() },
  )
  expect(outcome.rejected).toEqual([])
})
afterAll(() => Promise.all([t?.close(), smtp?.close()]))
beforeEach(async () => {
  await forget(t)
  smtp.mails.length = 0
  for (const name of Object.keys(smtp.replies)) delete smtp.replies[name]
})

const send = async (body: object, who?: Record<string, string>, app: Pick<TestApp, 'request'> = t) => {
  const headers = who ?? { authorization: `Bearer ${await t.key(['act'])}` }
  const response = await app.request('/api/emails/send', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const list = async (query = '', tenants?: string[]) => {
  const headers = { authorization: `Bearer ${await t.key(['read', 'act'], tenants)}` }
  return (await (await t.request(`/api/emails${query}`, { headers })).json()) as { emails: Record<string, unknown>[] }
}
const form = (fields: Record<string, string>, cookie = operator) =>
  t.request('/dashboard/emails', {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const mail = { user: 'ada', subject: 'Your  invoice', text: 'Dear Ada,\r\n.\r\nit is overdue: 12 €.\n' }

describe('a mail to one user', () => {
  it('is sent to the address that is known of them, and told as sent only then', async () => {
    const { status, body } = await send(mail)
    expect([status, body]).toEqual([
      202,
      expect.objectContaining({
        status: 'queued',
        recipient: 'ada@x.example',
        subject: 'Your invoice',
        tenant: 'acme',
      }),
    ])
    await deliverAll(t)
    expect(smtp.mails).toHaveLength(1)
    expect(smtp.mails[0]).toMatchObject({ from: 'team@x.example', to: ['ada@x.example'] })
    expect(smtp.mails[0]?.headers.subject).toBe('Your invoice')
    expect(smtp.mails[0]?.text.trimEnd()).toBe('Dear Ada,\n.\nit is overdue: 12 €.')
    expect((await list('?user=ada')).emails).toMatchObject([
      { status: 'sent', sent_at: expect.any(String), attempts: 1 },
    ])
    const [line] = await t.sql`select target, detail from audit_log where action = 'email.send'`
    expect(line).toEqual({ target: 'user:ada', detail: { email: body.id } })
  })

  it('with an id of the sender’s is one mail, however often it is sent', async () => {
    const who = { authorization: `Bearer ${await t.key(['act'])}` }
    const first = await send({ ...mail, id: 'invoice-1' }, who)
    const again = await send({ ...mail, id: 'invoice-1' }, who)
    expect([again.status, again.body]).toEqual([
      202,
      expect.objectContaining({ id: first.body.id, text: first.body.text }),
    ])
    // One id is one mail: others would be taken for sent.
    for (const other of [{ text: 'other words' }, { subject: 'Another' }, { user: 'cleo' }]) {
      const refused = await send({ ...mail, id: 'invoice-1', ...other }, who)
      expect([refused.status, refused.body.title]).toEqual([422, 'The id was used before'])
    }
    // Another sender's id is another one.
    await send({ ...mail, id: 'invoice-1' })
    await deliverAll(t)
    expect(smtp.mails).toHaveLength(2)
  })

  it('waits while the server is away, with the same Message-ID, and is told as failed where it is refused', async () => {
    await send(mail)
    smtp.replies.MAIL = '451 later'
    await deliverAll(t)
    expect((await list()).emails).toMatchObject([{ status: 'queued', error: expect.stringContaining('451') }])
    delete smtp.replies.MAIL
    smtp.replies.END = '452 not now'
    await later(t)
    await deliverAll(t)
    delete smtp.replies.END
    await later(t)
    await deliverAll(t)
    const [row] = await t.sql`select message_id::text as id from notifications`
    expect(smtp.mails.map(({ headers }) => headers['message-id'])).toEqual([`<${row?.id}@x.example>`])
    expect((await list()).emails).toMatchObject([{ status: 'sent', error: null, attempts: 3 }])

    await t.sql`insert into channels (id, kind, name, target, created_by) values ('ops', 'email', 'Ops', 'x', 'cli')`
    smtp.replies.RCPT = '550 no such mailbox'
    await send(mail)
    await deliverAll(t)
    expect((await list()).emails[0]).toMatchObject({ status: 'failed', error: expect.stringContaining('550') })
    // One bad address is no reason to stop alerts.
    expect((await t.sql`select state from channels`)[0]?.state).toBe('on')
  })

  it.each([
    ['nobody', 404, 'no user'],
    ['nomail', 422, 'No e-mail address'],
    ['gone', 422, 'deleted'],
    ['bob', 422, 'unsubscribed'],
    ['eve', 422, 'unwanted'],
  ])('to %s is refused with %i: %s', async (user, status, words) => {
    const answer = await send({ ...mail, user })
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(words)])
    expect(await t.sql`select from emails`).toHaveLength(0)
  })

  it.each([
    [{ subject: '' }, 'subject'],
    [{ subject: 'x'.repeat(201) }, 'subject'],
    [{ text: ' \n' }, 'text'],
    [{ text: 'x'.repeat(20_001) }, 'text'],
    [{ text: 'a\u0000b' }, 'text'],
    [{ id: 'a b' }, 'id'],
    [{ cc: 'x@x.example' }, 'cc'],
  ])('with %j is refused', async (wrong, word) => {
    const answer = await send({ ...mail, ...wrong })
    expect([answer.status, answer.body.detail]).toEqual([422, expect.stringContaining(word)])
  })

  it('is kept and can be read where there is no mail server', async () => {
    const own = { ...t.deps, config: { ...t.deps.config, smtpUrl: '' } }
    await send(mail)
    await deliverAll({ deps: own })
    expect((await list()).emails).toMatchObject([{ status: 'kept', text: 'Dear Ada,\n.\nit is overdue: 12 €.' }])
    expect(smtp.mails).toEqual([])
  })
})

describe('who may', () => {
  it('write to whom: who is bound to a tenant knows its users and its mails alone', async () => {
    const bound = { authorization: `Bearer ${await t.key(['act'], ['mirai'])}` }
    expect((await send(mail, bound)).status).toBe(404)
    await send(mail)
    expect((await list('', ['mirai'])).emails).toEqual([])
    expect((await list('', ['acme'])).emails).toHaveLength(1)
    expect((await list('?tenant=acme')).emails).toHaveLength(1)
  })

  it('viewers read, operators write, READ_ONLY stops it', async () => {
    const viewer = await t.admin('viewer')
    expect((await send(mail, { cookie: viewer })).status).toBe(403)
    expect((await form({ ...mail, act: 'send' }, viewer)).status).toBe(403)
    expect((await send(mail, { cookie: operator })).status).toBe(202)
    const locked = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const app = { request: async (path: string, init?: RequestInit) => locked.request(`${ORIGIN}${path}`, init) }
    expect((await send(mail, { cookie: operator }, app)).status).toBe(403)
    const page = await t.request('/dashboard/emails', { headers: { cookie: viewer, accept: 'text/html' } })
    const html = await page.text()
    expect(html).toContain('ada@x.example')
    expect(html).not.toContain('New e-mail')
  })

  it('read what it says: operators and keys that act, on record; of others it is not told', async () => {
    const { body } = await send(mail)
    const viewer = await t.admin('viewer')
    const words = `/dashboard/emails/${body.id}/words`
    const get = async (path: string, headers: Record<string, string>) => {
      const response = await t.request(path, { headers })
      return [response.status, /Your invoice|Dear Ada/.test(await response.text())]
    }
    const browser = (cookie: string) => ({ cookie, accept: 'text/html' })
    const reads = async () =>
      (await t.sql`select target, detail from audit_log where action = 'email.read' order by id`).map((line) => ({
        ...line,
      }))
    const before = (await reads()).length
    const key = { authorization: `Bearer ${await t.key(['read'])}` }
    for (const path of ['/dashboard/emails', `/dashboard/emails?mail=${body.id}`]) {
      expect(await get(path, browser(viewer)), path).toEqual([200, false])
      // Pages that are polled would fill the log.
      expect(await get(path, browser(operator)), path).toEqual([200, false])
    }
    for (const path of ['/api/emails', '/exports/emails.csv']) {
      expect(await get(path, key), path).toEqual([200, false])
      expect(await get(path, { cookie: viewer }), path).toEqual([200, false])
    }
    expect(await get(words, browser(viewer))).toEqual([403, false])
    expect(await reads()).toHaveLength(before)
    const acts = { authorization: `Bearer ${await t.key(['read', 'act'])}` }
    expect(await get(words, browser(operator))).toEqual([200, true])
    expect(await get('/api/emails?user=ada', acts)).toEqual([200, true])
    expect(await get('/exports/emails.csv', acts)).toEqual([200, true])
    expect((await reads()).slice(before)).toEqual([
      { target: 'user:ada', detail: { email: body.id } },
      { target: 'user:ada', detail: { emails: 1 } },
      { target: null, detail: { file: 'emails.csv' } },
    ])
  })

  it('in privacy mode strict neither subject nor text is told', async () => {
    const { body } = await send(mail)
    const strict = createApp({ ...t.deps, config: { ...t.deps.config, privacy: 'strict' } })
    for (const path of [
      '/api/emails',
      '/exports/emails.csv',
      '/dashboard/emails',
      `/dashboard/emails?mail=${body.id}`,
    ]) {
      const accept = path.startsWith('/dashboard') ? 'text/html' : 'application/json'
      const response = await strict.request(`${ORIGIN}${path}`, { headers: { cookie: operator, accept } })
      const text = await response.text()
      expect([path, response.status]).toEqual([path, 200])
      expect(text, path).not.toMatch(/Your invoice|Dear Ada/)
      expect(text, path).toContain('ada@x.example')
    }
    const words = await strict.request(`${ORIGIN}/dashboard/emails/${body.id}/words`, {
      headers: { cookie: operator, accept: 'text/html' },
    })
    expect([words.status, await words.text()]).toEqual([403, expect.not.stringMatching(/Your invoice|Dear Ada/)])
  })
})

describe('by hand', () => {
  it('a mail is shown before it is sent, and two clicks are one mail', async () => {
    const opened = await t.request('/dashboard/users/ada/email', { headers: { cookie: operator, accept: 'text/html' } })
    expect(opened.headers.get('location')).toBe('/dashboard/emails/new?user=ada')
    const page = await t.request('/dashboard/emails/new?user=ada', {
      headers: { cookie: operator, accept: 'text/html' },
    })
    const html = await page.text()
    expect(html).toContain('value="ada"')
    const id = /name="id" value="([\w-]+)"/.exec(html)?.[1] ?? ''
    const fields = { id, user: 'ada', subject: 'Hello <i>', text: 'One & two' }
    const preview = await (await form({ ...fields, act: 'preview' })).text()
    expect(preview).toContain('Hello &lt;i&gt;')
    expect(preview).toContain('ada@x.example')
    expect(await t.sql`select from emails`).toHaveLength(0)
    const sent = await form({ ...fields, act: 'send' })
    await form({ ...fields, act: 'send' })
    expect(await t.sql`select from emails`).toHaveLength(1)
    const told = await t.request(sent.headers.get('location') ?? '', {
      headers: { cookie: operator, accept: 'text/html' },
    })
    const href = /href="(\/dashboard\/emails\/\d+\/words)"/.exec(await told.text())?.[1]
    const words = await t.request(href!, { headers: { cookie: operator, accept: 'text/html' } })
    expect(await words.text()).toContain('One &amp; two')
    const changed = await form({ ...fields, text: 'Three', act: 'send' })
    expect([changed.status, await changed.text()]).toEqual([422, expect.stringContaining('begin a new e-mail')])
  })

  it.each([
    ['user', { user: 'nobody' }, 'no user'],
    ['user', { user: 'bob' }, 'unsubscribed'],
    ['subject', { subject: ' ' }, 'subject is needed'],
    ['text', { text: '' }, 'words are needed'],
  ])('says at the field %s what is wrong with %j, and keeps what was written', async (field, wrong, words) => {
    const answer = await form({ id: 'x', ...mail, subject: 'Kept', act: 'preview', ...wrong })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(new RegExp(`id="error-email-${field}"[\\s\\S]*?</p>`).exec(html)?.[0]).toContain(words)
    if (field !== 'subject') expect(html).toContain('value="Kept"')
  })

  it('the list is a file too, and the documented address sends', async () => {
    const who = { authorization: `Bearer ${await t.key(['act', 'read'])}`, 'content-type': 'application/json' }
    for (const path of ['/emails/send', '/emails/send/']) {
      const body = JSON.stringify({ ...mail, subject: `=${path}` })
      expect((await t.request(path, { method: 'POST', headers: who, body })).status).toBe(202)
    }
    const file = await t.request('/exports/emails.csv?user=ada', { headers: who })
    const rows: Record<string, string>[] = parse(await file.text(), { columns: true })
    expect(rows.map(({ subject, status }) => [subject, status])).toEqual([
      ["'=/emails/send/", 'queued'],
      ["'=/emails/send", 'queued'],
    ])
  })
})
