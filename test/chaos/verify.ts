import type { Sql } from 'postgres'
import { expect } from 'vitest'
import { recount } from '../helpers/recount.ts'
import type { Ledger } from './clients.ts'

/** The roll-ups of what the clients send; those of other facts are empty here. */
const FOLDED = ['events', 'eventsOfTenants', 'userDays', 'activeDays', 'sessions', 'callDays', 'callHours']

/** Every acknowledged fact is there once and folded once, every poisoned row is told and kept, no neighbour is lost. */
export async function expectNothingLostOrDoubled(sql: Sql, ledger: Ledger): Promise<void> {
  expect(ledger.complaints).toEqual([])
  const stored = await countsByMark(sql)
  const doubled = [...stored].filter(([, n]) => n !== 1)
  expect(doubled).toEqual([])
  expect(ledger.good.filter((mark) => !stored.has(mark))).toEqual([])
  expect(stored.size).toBe(ledger.good.length)
  expect(ledger.poisoned.filter((mark) => stored.has(mark))).toEqual([])

  const kept = await rejectedMarks(sql)
  expect(ledger.poisoned.filter((mark) => !kept.has(mark))).toEqual([])
  expect([...kept].filter((mark) => stored.has(mark))).toEqual([])

  const { folded, counted } = await recount(sql, 'UTC')
  for (const name of FOLDED) expect(folded[name], name).toEqual(counted[name])
  expect(await requestsOutOfStep(sql)).toEqual([])
}

async function countsByMark(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql<{ mark: string; n: number }[]>`
    select mark, count(*)::int as n
    from (select properties ->> 'mark' as mark from events union all select properties ->> 'mark' from api_calls) facts
    group by mark`
  return new Map(rows.map(({ mark, n }) => [mark, n]))
}

async function rejectedMarks(sql: Sql): Promise<Set<string>> {
  const rows = await sql<{ raw: string; reason: string }[]>`
    select convert_from(raw, 'UTF8') as raw, reason from rejected_facts`
  expect(rows.filter(({ reason }) => reason === '')).toEqual([])
  return new Set(rows.map(({ raw }) => /"mark":"([^"]+)"/.exec(raw)?.[1] ?? raw))
}

/** A request counts once, however many calls it took and however often those were sent. */
async function requestsOutOfStep(sql: Sql): Promise<readonly unknown[]> {
  return await sql`
    select request_id, count(*) filter (where first_of_request)::int as firsts
    from api_calls group by request_id having count(*) filter (where first_of_request) <> 1`
}
