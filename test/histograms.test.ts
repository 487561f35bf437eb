import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Fragment } from '../src/rollups/types.ts'
import { testDb } from './helpers/db.ts'

let db: Awaited<ReturnType<typeof testDb>>
beforeAll(async () => {
  db = await testDb()
})
afterAll(() => db.close())

const one = async (expression: Fragment) => (await db.sql`select (${expression})::text as v`)[0]?.v
const of = (pairs: [bucket: number | null, n: number][]) =>
  db.sql`hist_of(${pairs.map(([bucket]) => bucket)}::int[], ${pairs.map(([, n]) => n)}::bigint[])`

it('keep the stretch from the first to the last bucket that has something', async () => {
  expect(
    await one(
      of([
        [5, 2],
        [3, 1],
        [5, 1],
        [null, 7],
        [9, 0],
      ]),
    ),
  ).toBe('[4:6]={1,0,3}')
  expect(await one(of([]))).toBe('{}')
  expect(await one(db.sql`hist_of(null, null)`)).toBe('{}')
  expect(await one(of([[0, 1]]))).toBe('{1}')
})

it('add up, wherever they lie, and are gone when everything is taken back', async () => {
  const sum = (a: Parameters<typeof of>[0], b: Parameters<typeof of>[0]) => one(db.sql`hist_add(${of(a)}, ${of(b)})`)
  expect(await sum([[3, 1]], [[6, 2]])).toBe('[4:7]={1,0,0,2}')
  expect(await sum([[6, 2]], [[3, 1]])).toBe('[4:7]={1,0,0,2}')
  expect(await sum([[3, 1]], [])).toBe('[4:4]={1}')
  expect(await sum([], [])).toBe('{}')
  expect(await sum([[3, 1]], [[3, -1]])).toBe('{}')
  expect(
    await sum(
      [
        [3, 1],
        [6, 2],
      ],
      [[3, -1]],
    ),
  ).toBe('[7:7]={2}')
})

it('are the same summed in any order and number, and have the nearest rank of what was counted', async () => {
  const values = Array.from({ length: 500 }, (_, i) => Math.exp(((i * 7919) % 500) / 40))
  const [row] = await db.sql<{ same: boolean; whole: boolean; p50: number; p95: number; none: null }[]>`
    with v as (select x, i from unnest(${values}::float8[]) with ordinality u (x, i)),
      parts as (
        select i % 7 as part, hist_of(array_agg(hist_bucket(x)), array_agg(1::bigint)) as h from v group by 1
      ),
      up as (select hist_sum(h order by part) as h from parts), down as (select hist_sum(h order by part desc) as h from parts),
      whole as (select hist_of(array_agg(hist_bucket(x)), array_agg(1::bigint)) as h from v)
    select up.h = down.h as same, up.h = whole.h as whole, hist_quantile(up.h, 0.5) as p50, hist_quantile(up.h, 0.95) as p95,
      hist_quantile('{}', 0.5) as none
    from up, down, whole`
  const sorted = values.toSorted((a, b) => a - b)
  expect(row).toMatchObject({ same: true, whole: true, none: null })
  expect(Math.abs((row?.p50 ?? 0) / (sorted[249] ?? 1) - 1)).toBeLessThan(0.044)
  expect(Math.abs((row?.p95 ?? 0) / (sorted[474] ?? 1) - 1)).toBeLessThan(0.044)
})

it('that were stored with all their buckets count as before', async () => {
  const dense = db.sql`array_fill(0::bigint, array[50]) || array[4::bigint, 6::bigint] || array_fill(0::bigint, array[109])`
  expect(await one(db.sql`hist_trim(${dense})`)).toBe('[51:52]={4,6}')
  expect(await one(db.sql`hist_add(${dense}, hist_of(array[52], array[1::bigint]))`)).toBe('[51:53]={4,6,1}')
  expect(await one(db.sql`hist_quantile(${dense}, 0.5) = hist_quantile(hist_trim(${dense}), 0.5)`)).toBe('true')
})
