import { COUNTED, type CountedTable } from '../facts/note-changes.ts'
import type { Tx } from '../facts/types.ts'
import { groupBy } from '../lib/group-by.ts'
import { addDays, type Day, startOfDay } from '../lib/time.ts'
import { addUp, list, localDay, scopes } from './fragments.ts'
import { knownNames } from './known-names.ts'
import { markBuckets } from './stale-days.ts'
import { stateRollups } from './state-days.ts'
import type { FoldContext, Fragment } from './types.ts'

/** A roll-up by day of facts that change, which is kept by differences. */
export interface StateRollup {
  table: string
  /** What is open at the end of a day changes every later one. */
  stock: boolean
  dims: readonly string[]
  sums: readonly string[]
  /** The sum that a histogram `hist` is of; the parts have its `bucket`. */
  hist?: string
  /** A dimension whose values come from outside, and the kind of name they are. */
  named?: { dim: string; kind: string }
  /** What signed rows count as, and `at` which instant; one row may count at several. */
  parts: (tx: Tx, rows: Fragment) => Fragment
  /** Rows `f` that count at an instant which is `inside`; so said that indexes find them. */
  within: (tx: Tx, inside: (at: Fragment) => Fragment) => Fragment
}

interface StateChange {
  kind: CountedTable
  sign: number
  row: unknown
}

/** Whatever they are of: the list has no order, and a pass reads no more of it than it takes. */
const MAX_CHANGES = 20_000
const tables = Object.keys(COUNTED) as CountedTable[]

/** Adds what has changed to the roll-ups; how many changes there were. */
export async function foldStateChanges(context: FoldContext): Promise<number> {
  const { tx } = context
  const taken = await tx<StateChange[]>`
    delete from state_changes
    where ctid = any(array(select ctid from state_changes limit ${MAX_CHANGES}))
    returning kind, sign, row`
  const byTable = groupBy(taken, ({ kind }) => kind)
  for (const table of tables) {
    const changes = byTable.get(table)
    if (!changes) continue
    const rollup = stateRollups[table]
    const days = await add(context, rollup, rowsOf(tx, table, changes))
    const starts = days.map((day) => startOfDay(day, context.config.timeZone).toISOString())
    await markBuckets(context, starts, rollup.stock)
  }
  return taken.length
}

/**
 * Counts a local day anew from its facts. What is pending is taken off again, in the same snapshot: the next fold adds it.
 */
export async function rebuildStateDay(context: FoldContext, day: Day): Promise<void> {
  const { tx, config } = context
  const [from, until] = [startOfDay(day, config.timeZone), startOfDay(addDays(day, 1), config.timeZone)]
  for (const table of tables) {
    const rollup = stateRollups[table]
    const within = rollup.within(tx, (at) => tx`${at} >= ${from} and ${at} < ${until}`)
    const columns = list(tx, COUNTED[table], (name) => tx`f.${tx(name)}`)
    await tx`delete from ${tx(rollup.table)} where day = ${day}`
    const rows = tx`
      select 1 as sign, ${columns} from ${tx(table)} f where ${within}
      union all
      select -c.sign, ${columns} from state_changes c, jsonb_populate_record(null::${tx(table)}, c.row) f
      where c.kind = ${table} and (${within})`
    await add(context, rollup, rows, day)
  }
}

/** Rows that were taken off the list, as the table has them. */
function rowsOf(tx: Tx, table: CountedTable, taken: readonly StateChange[]): Fragment {
  const columns = list(tx, COUNTED[table], (name) => tx`f.${tx(name)}`)
  const changes = JSON.stringify(taken.map(({ sign, row }) => ({ sign, row })))
  return tx`
      select c.sign, ${columns}
      from json_to_recordset(${changes}::text::json) as c(sign int, row jsonb),
        jsonb_populate_record(null::${tx(table)}, c.row) f`
}

/** Adds signed rows up; answers the days they are of. */
async function add({ tx, config }: FoldContext, rollup: StateRollup, rows: Fragment, only?: Day): Promise<Day[]> {
  const { table, dims, sums, hist, named } = rollup
  const names = (columns: readonly string[]) => list(tx, columns, (name) => tx`${tx(name)}`)
  const valued = list(tx, dims, (dim) => (dim === named?.dim ? tx`named.name` : tx`b.${tx(dim)}`))
  const keys = tx`scope, day, ${names(dims)}`
  const found = await tx`
    with parts as (
      select p.*, ${localDay(tx, 'at', config.timeZone)} as day from (${rollup.parts(tx, rows)}) p
    ),
    by_tenant as materialized (
      select tenant_id, day, ${names(dims)}, ${hist ? tx`bucket,` : tx``}
        ${list(tx, sums, (name) => tx`sum(sign * ${tx(name)}) as ${tx(name)}`)}
      from parts where at is not null ${only ? tx`and day = ${only}::date` : tx``}
      group by tenant_id, day, ${names(dims)} ${hist ? tx`, bucket` : tx``}
      -- A change that comes to nothing leaves the day, and its snapshot, as they are.
      having ${sums.map((name) => tx`sum(sign * ${tx(name)}) <> 0`).reduce((all, one) => tx`${all} or ${one}`)}
    ),
    ${named ? tx`${knownNames(tx, named.kind, tx`(select ${tx(named.dim)} as path, day from by_tenant)`)},` : tx``}
    written as (
      insert into ${tx(table)} as t (${keys}, ${names(sums)} ${hist ? tx`, hist` : tx``})
      select s.scope, b.day, ${valued}, ${list(tx, sums, (name) => tx`sum(b.${tx(name)})`)}
        ${hist ? tx`, hist_of(array_agg(b.bucket), array_agg(b.${tx(hist)}::bigint))` : tx``}
      from by_tenant b ${named ? tx`join named on named.path = b.${tx(named.dim)}` : tx``} cross join ${scopes(tx)}
      where s.scope is not null
      group by s.scope, b.day, ${valued}
      order by s.scope, b.day, ${valued}
      on conflict (${keys}) do update set
        ${addUp(tx, sums)} ${hist ? tx`, hist = hist_add(t.hist, excluded.hist)` : tx``}
      returning day
    )
    select distinct day::text as day from written`
  const days = found.map((row) => row.day as Day)
  // What came to nothing is no row, as if it had never been.
  await tx`
    delete from ${tx(table)}
    where day = any(${days}::text[]::date[]) and ${sums.map((name) => tx`${tx(name)} = 0`).reduce((all, one) => tx`${all} and ${one}`)}`
  return days
}
