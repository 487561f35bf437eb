import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { live } from '../src/metrics/query.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillProduct } from './pages-fixture.ts'

let filled: TestApp

beforeAll(async () => {
  filled = await testApp()
  await fillProduct(filled)
})
afterAll(() => filled?.close())

async function get(path: string, cookie: string) {
  const response = await filled.request(path, { headers: { cookie, accept: 'text/html' } })
  return { html: await response.text() }
}

/** A card over its budget on a busy machine is filled at the next try. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (let n = 0; ; n++) {
    try {
      return await check()
    } catch (error) {
      if (n > 30) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

describe('a full page', () => {
  it('is compressed by what the client takes, says on what that depends, and keeps its policy', async () => {
    const cookie = await filled.admin('viewer')
    for (const [accepted, coding] of [
      ['gzip, br', 'br'],
      ['gzip, br;q=0', 'gzip'],
      ['gzip', 'gzip'],
    ] as const) {
      const { headers, body } = await filled.request('/dashboard', { headers: { cookie, 'accept-encoding': accepted } })
      expect(headers.get('content-encoding'), accepted).toBe(coding)
      expect(headers.get('vary')).toContain('Accept-Encoding')
      expect(headers.get('cache-control')).toBe('private, no-store')
      expect(headers.get('content-security-policy')).toContain('default-src')
      const bytes = Buffer.from(await new Response(body).arrayBuffer())
      expect(bytes.length).toBeLessThan(30_000)
      const html = (coding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes)).toString()
      expect(html).toMatch(/^<!doctype html>.*<\/html>$/s)
    }
    expect((await filled.request('/dashboard', { headers: { cookie } })).headers.get('content-encoding')).toBeNull()
  })
})

describe('the Overview', () => {
  it('has beside its numbers what belongs to them, 7, 30 and 90 days behind them, and its queues', async () => {
    const cookie = await filled.admin('viewer')
    await eventually(async () => {
      const { html } = await get('/dashboard', cookie)
      expect(html).toMatch(/<small class="q-unit">\+\d+ new<\/small>/)
      expect(html).toMatch(/<small class="q-unit">of \d+<\/small>/)
      expect(html).toMatch(/<small class="q-unit">\d+ paid<\/small>/)
      expect(html.match(/7 d \/ 30 d \/ 90 d/g)).toHaveLength(10)
      expect(html).toMatch(/id="now-jobs-queued".*?q-strip-note">nothing waiting/s)
      expect(html).toMatch(/\d+ paid, \d+ not/)
      expect(html).toMatch(/id="tile-users-paid".*?<small class="q-unit">\+1 new<\/small>/s)
      // One of eight users pays; the catalogue says the same.
      expect(html).toMatch(/Paid of all users.*?12\.5.*?1 paid, 7 not/s)
      expect(await live(filled.deps, 'users.paid_ratio', '*')).toBe(12.5)
    })
  })
})

describe('the Activity page', () => {
  it('leads to a CSV of just the kinds it shows', async () => {
    const cookie = await filled.admin('viewer')
    const { html } = await get('/dashboard/activity?kinds=payment,build&range=30d', cookie)
    const hrefs = [...html.matchAll(/href="(\/exports\/activity\.csv[^"]*)"/g)].map(([, href]) => href ?? '')
    expect(hrefs.length).toBeGreaterThan(0)
    for (const href of new Set(hrefs)) {
      const { html: csv } = await get(href.replaceAll('&amp;', '&'), cookie)
      const [, ...kinds] = csv
        .trim()
        .split('\n')
        .map((line) => line.split(',')[1])
      expect(new Set(kinds)).toEqual(new Set(['payment', 'build']))
    }
  })
})

describe('a metric page', () => {
  it('says of its statement that closed days were read from where their results are kept', async () => {
    const { html } = await get('/dashboard/metrics/users.dau', await filled.admin('viewer'))
    expect(html).toContain('of closed days the page read the results it keeps in `metric_days`')
  })
})

describe('the metric page of AI cost', () => {
  it('says "unknown" of a model without a price, and leads to those calls', async () => {
    const row = {
      service: 'chat',
      provider: 'own',
      model: 'acme-layout-7b',
      tokens_in: 5,
      tokens_out: 5,
      user_id: 'u1',
    }
    const outcome = await filled.deps.writer.write([{ kind: 'api_calls', index: 0, row }], {
      source: 'typed',
      receivedAt: filled.deps.now(),
    })
    expect(outcome.accepted).toBe(1)
    await filled.fold()
    const cookie = await filled.admin('viewer')
    await eventually(async () => {
      const { html } = await get('/dashboard/metrics/ai.cost?by=model&range=7d', cookie)
      expect(html).toMatch(/acme-layout-7b.*?unknown.*?not counted.*?\/dashboard\/metrics\/ai\.cost_unknown_calls/s)
      expect(html).toContain('calls, price missing')
    })
  })
})
