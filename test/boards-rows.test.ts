import { afterAll, beforeAll, expect, it } from 'vitest'
import { boardsBrowser } from './boards-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-11-20T12:00:00Z')

let t: TestApp
let b: ReturnType<typeof boardsBrowser>
let viewer: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  b = boardsBrowser(t)
  const payment = (id: string, user_id: string | null) => ({
    kind: 'payments' as const,
    row: {
      id,
      amount: 4900,
      currency: 'USD',
      provider: 'stripe',
      status: 'failed',
      ts: '2026-11-19T08:00:00Z',
      ...(user_id && { user_id }),
    },
  })
  const job = (id: string) => ({
    kind: 'jobs' as const,
    row: {
      id,
      kind: 'refresh',
      status: 'failed',
      enqueued_at: '2026-11-19T08:00:00Z',
      started_at: '2026-11-19T08:00:01Z',
      finished_at: '2026-11-19T08:00:02Z',
    },
  })
  const facts = [payment('pay_1', 'u1'), payment('pay_2', 'u1'), payment('pay_3', null), job('job_1')]
  const { rejected } = await t.deps.writer.write(
    facts.map((fact, index) => ({ ...fact, index })),
    { source: 'typed', receivedAt: NOW },
  )
  expect(rejected).toEqual([])
  await t.fold()
  viewer = await t.admin('viewer')
})
afterAll(() => t?.close())

/** The heads of a rows card, and which of them a narrow screen has. */
async function headsOf(metric: string): Promise<{ all: string[]; narrow: string[] }> {
  const slug = await b.make(viewer, `Rows of ${metric}`)
  expect((await b.add(viewer, slug, { kind: 'rows', 'metric-0': metric, width: '8' })).status).toBe(303)
  const html = await b.page(viewer, `/dashboard/boards/${slug}`)
  const heads = [...html.matchAll(/<th scope="col"(?: class="([^"]*)")?>([^<]*)</g)]
  const all = heads.map(([, , label = '']) => label)
  return { all, narrow: heads.filter(([, look = '']) => !look.includes('q-wide')).map(([, , label = '']) => label) }
}

it('a rows card begins with when, who and how much; the id of a payment comes last or not at all', async () => {
  const { all, narrow } = await headsOf('revenue.payments_failed')
  expect(all.slice(0, 3)).toEqual(['Time', 'User', 'Amount'])
  expect(all).not.toContain('Payment')
  // Each payment counts one: a phone shows the amount instead.
  expect(narrow).toEqual(all.slice(0, 3))
})

it('where nobody is known, what it was comes before who', async () => {
  const { all } = await headsOf('jobs.failed')
  expect(all.slice(0, 2)).toEqual(['Time', 'Kind'])
})
