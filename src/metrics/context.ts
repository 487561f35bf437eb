import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import { today } from '../lib/time.ts'
import type { SqlContext } from './define.ts'
import { minorUnits } from './money.ts'

/** What every statement of the catalogue needs to know; `sql` may be a transaction's. */
export function sqlContext({ config, now }: Pick<Deps, 'config' | 'now'>, sql: Sql): SqlContext {
  const at = now()
  const { timeZone: zone, currency, targetP95Ms } = config
  return { sql, zone, currency, targetP95Ms, minor: minorUnits(currency), now: at, today: today(at, zone) }
}
