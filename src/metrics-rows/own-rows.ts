import { eachDay } from '../lib/time.ts'
import type { Expr } from '../metrics/metric.ts'
import type { Rollup } from '../metrics/rollup-kit.ts'
import { type RollupName, rollups } from '../metrics/rollups.ts'
import { windowOf } from '../metrics/window.ts'
import type { RowSource } from './source.ts'

/** Where the rows of a roll-up are themselves what there is to show: one a day of a person, a session, an item. */
export const ownRows =
  (name: RollupName, id: Expr): RowSource['facts'] =>
  (q, { scope, from, to }) => {
    const rollup: Rollup = rollups[name]
    const window = from ? windowOf([scope], eachDay(from, to)) : windowOf([scope], [to], true)
    return q.sql`
    select r.*, r.day::timestamp at time zone ${q.zone} as at, ${id(q)} as id
    from (${rollup.rows(q, window)}) r`
  }
