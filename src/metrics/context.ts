import type { Deps } from '../context.ts'
import type { Tag } from '../db/tag.ts'
import { minorUnits } from '../lib/currency.ts'
import { today } from '../lib/time.ts'
import { foldedOf } from '../rollups/folded.ts'
import type { SqlContext } from './metric.ts'

/** What every statement of the catalogue needs to know; `sql` may be a transaction's. */
export function sqlContext({ config, now }: Pick<Deps, 'config' | 'now'>, sql: Tag): SqlContext {
  const at = now()
  const { timeZone: zone, currency, targetP95Ms, mrrPolicy: policy, proPlans, enterprisePlans } = config
  const minor = minorUnits(currency)
  const settings = { zone, currency, policy, proPlans, enterprisePlans, targetP95Ms, folded: foldedOf(config) }
  const { activationEvents, keyFeatures } = config
  return { sql, ...settings, activationEvents, keyFeatures, minor, now: at, today: today(at, zone) }
}
