import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCohorts } from '../src/cohorts/read.ts'
import { gapsOf, gapText, storeGaps } from '../src/components/gaps.ts'
import type { FactKind } from '../src/facts/types.ts'
import { snapshotFunnel } from '../src/funnels/snapshot.ts'
import cohorts from '../src/jobs/cohorts.ts'
import { series } from '../src/metrics/query.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { runJob } from './jobs-kit.ts'

// Clocks in New York go forward on 8 March 2026 at 2:00: that day begins at 05:00 UTC and the next at 04:00.
const NOW = new Date('2026-03-12T16:00:00Z')

let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: NOW, config: { timeZone: 'America/New_York' } })
})
afterAll(() => t.close())

async function send(kind: FactKind, ...rows: Record<string, unknown>[]) {
  const facts = rows.map((row, index) => ({ kind, row, index }))
  const { rejected } = await t.deps.writer.write(facts, { source: 'test', receivedAt: NOW })
  expect(rejected).toEqual([])
  await t.fold()
}
const event = (name: string, ts: string, who: Record<string, unknown>) => ({ name, ts, ...who })

describe('the funnel of each day', () => {
  const stored = async (day: string, scope = '*') =>
    Object.fromEntries(
      (
        await t.sql<{ stage: string; people: number | null }[]>`
          select stage, people from funnel_snapshots where day = ${day} and scope = ${scope} order by place`
      ).map(({ stage, people }) => [stage, people]),
    )

  test('counts who came without an account, and the first of each later stage, on its local day', async () => {
    await send(
      'users',
      { id: 'ann', tenant_id: 'acme', created_at: '2026-03-08T15:00:00Z' },
      { id: 'old', created_at: '2026-02-01T15:00:00Z' },
    )
    await send(
      'events',
      // Nobody's yet, twice: one person. 04:30 UTC on the 8th is still the 7th.
      event('visit', '2026-03-08T04:30:00Z', { anonymous_id: 'v1' }),
      event('visit', '2026-03-08T05:30:00Z', { anonymous_id: 'v1' }),
      event('visit', '2026-03-08T06:30:00Z', { anonymous_id: 'v1' }),
      event('visit', '2026-03-09T03:30:00Z', { anonymous_id: 'v2' }),
      event('visit', '2026-03-08T15:30:00Z', { user_id: 'ann', tenant_id: 'acme' }),
      event('visit', '2026-03-08T15:30:00Z', { user_id: 'old' }),
      event('request', '2026-03-08T16:00:00Z', { user_id: 'ann', tenant_id: 'acme' }),
      // Another name of the same stage, later: no second first.
      event('prompt_submitted', '2026-03-09T16:00:00Z', { user_id: 'ann', tenant_id: 'acme' }),
      event('prompt_submitted', '2026-03-09T16:00:00Z', { user_id: 'old' }),
      event('email_given', '2026-03-08T16:05:00Z', { user_id: 'ann', tenant_id: 'acme' }),
    )
    await send('jobs', {
      id: 'b1',
      kind: 'build',
      status: 'succeeded',
      user_id: 'ann',
      tenant_id: 'acme',
      enqueued_at: '2026-03-09T03:59:00Z',
    })
    await snapshotFunnel(t.deps)
    const unknown = { verified: null, deployed: null }
    expect(await stored('2026-03-07')).toEqual({ visitors: 1, requests: null, emails: null, builds: null, ...unknown })
    expect(await stored('2026-03-08')).toEqual({ visitors: 3, requests: 1, emails: 1, builds: 1, ...unknown })
    expect(await stored('2026-03-09')).toEqual({ visitors: 0, requests: 1, emails: 0, builds: 0, ...unknown })
    expect(await stored('2026-03-08', 'acme')).toEqual({ visitors: 1, requests: 1, emails: 1, builds: 1, ...unknown })
    expect(await stored('2026-03-12')).toEqual({})
  })

  test('knows in the next night who a visitor was, and what came late; older days are not counted again', async () => {
    await t.sql`update funnel_snapshots set people = 99 where day = '2026-02-02' and stage = 'visitors'`
    await send('identities', { anonymous_id: 'v1', user_id: 'ann', since: '2026-03-08T15:00:00Z' })
    await send('events', event('email_verified', '2026-03-08T18:00:00Z', { user_id: 'ann' }))
    const days = await snapshotFunnel(t.deps)
    expect(days[0]).toBe('2026-03-05')
    expect(days.at(-1)).toBe('2026-03-11')
    expect(await stored('2026-03-08')).toMatchObject({ visitors: 2, verified: 1 })
    expect(await stored('2026-02-02')).toMatchObject({ visitors: 99 })
    const again = await t.sql`select day, scope, stage, people from funnel_snapshots order by 1, 2, 3`
    await snapshotFunnel(t.deps)
    expect(await t.sql`select day, scope, stage, people from funnel_snapshots order by 1, 2, 3`).toEqual(again)
  })

  test('is a table to be had as CSV and JSON, all tenants together', async () => {
    const headers = { authorization: `Bearer ${await t.key(['read'])}` }
    const csv = await (
      await t.request('/exports/funnel-snapshots.csv?from=2026-03-08&to=2026-03-08&stage=builds', { headers })
    ).text()
    expect(csv.trim().split(/\r?\n/)).toEqual([
      'date,place,stage,people,computed_at',
      `2026-03-08,5,builds,1,${NOW.toISOString()}`,
    ])
    const json = await (
      await t.request('/api/tables/funnel-snapshots?from=2026-03-07&to=2026-03-07&stage=requests', { headers })
    ).json()
    expect(json).toMatchObject({ rows: [{ date: '2026-03-07', stage: 'requests', people: null }] })
  })
})

describe('the gaps of the library', () => {
  const prompt = (id: string, site_type: string, industry: string, library_used: boolean | undefined, ts: string) => ({
    id,
    ts,
    site_type,
    industry,
    status: 'succeeded',
    library_used,
  })

  test('are listed as seen from each day, and are as many as the metric counts', async () => {
    await send(
      'prompts',
      ...[1, 2, 3, 4, 5, 6].map((n) => prompt(`f${n}`, 'booking', 'fitness', n === 1, '2026-03-09T15:00:00Z')),
      ...[1, 2, 3, 4, 5, 6].map((n) => prompt(`s${n}`, 'shop', 'fashion', n > 2, '2026-03-09T15:00:00Z')),
      ...[1, 2, 3, 4].map((n) => prompt(`m${n}`, 'menu', 'food', false, '2026-03-09T15:00:00Z')),
      prompt('m5', 'menu', 'food', false, '2026-03-11T15:00:00Z'),
      prompt('m6', 'menu', 'food', undefined, '2026-03-11T15:00:00Z'),
    )
    await storeGaps(t.deps)
    const fitness = { siteType: 'booking', industry: 'fitness', prompts: 6, helped: 1 }
    expect(await gapsOf(t.deps, '2026-03-08')).toEqual([])
    expect(await gapsOf(t.deps, '2026-03-10')).toEqual([fitness])
    const menu = { siteType: 'menu', industry: 'food', prompts: 5, helped: 0 }
    expect(await gapsOf(t.deps, '2026-03-11')).toEqual([fitness, menu])
    expect(gapText(fitness)).toBe('booking for fitness: 6 prompts, 1 with the library')
    for (const [day, n] of [
      ['2026-03-10', 1],
      ['2026-03-11', 2],
    ] as const)
      expect((await series(t.deps, 'components.gaps', { scope: '*', from: day, to: day })).total).toBe(n)
  })

  test('that are filled are gone in the next night', async () => {
    await send(
      'prompts',
      ...[1, 2, 3, 4].map((n) => prompt(`n${n}`, 'booking', 'fitness', true, '2026-03-11T15:00:00Z')),
    )
    await storeGaps(t.deps)
    expect((await gapsOf(t.deps, '2026-03-11')).map(({ siteType }) => siteType)).toEqual(['menu'])
    const headers = { authorization: `Bearer ${await t.key(['read'])}` }
    const csv = await (await t.request('/exports/component-gaps.csv?from=2026-03-11&to=2026-03-11', { headers })).text()
    expect(csv.trim().split(/\r?\n/).slice(1)).toEqual([`2026-03-11,menu,food,5,0,${NOW.toISOString()}`])
  })
})

describe('the cohorts of the month', () => {
  test('are counted wholly: old ones that the daily share no longer looks at, and none that nobody makes', async () => {
    await send('users', { id: 'eve', created_at: '2025-03-04T15:00:00Z' })
    await t.sql`
      insert into cohort_retention (scope, period, cohort, week, size, reached, returned, finished, computed_at)
      values ('*', 'month', '2019-01-01', 0, 5, 5, 5, true, now())`
    const run = await runJob(t, cohorts)
    expect(run.outcome).toBe('ok')
    expect(run.note).toMatch(/^\d+ cells of \d+ cohorts$/)
    const months = async () =>
      (await readCohorts(t.deps, { scope: '*', from: '2018-01-01', to: '2026-03-31' } as never, 'month')).cohorts.map(
        ({ cohort, size }) => [cohort, size],
      )
    const counted = await months()
    expect(counted).toEqual([
      ['2025-03-01', 1],
      ['2026-02-01', 1],
      ['2026-03-01', 1],
    ])
    // What changed in an old cohort without a change of its size is found by this job alone.
    await t.sql`update cohort_retention set returned = 1 where cohort = '2025-03-01' and period = 'month' and week = 4`
    await runJob(t, cohorts)
    const [cell] = await t.sql`
      select returned::int from cohort_retention where scope = '*' and cohort = '2025-03-01' and period = 'month' and week = 4`
    expect(cell).toEqual({ returned: 0 })
    expect(await months()).toEqual(counted)
  })
})
