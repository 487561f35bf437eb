import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import { today } from '../lib/time.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'
import { summary } from '../metrics/query.ts'
import { baseUnitOf, familyName } from './names.ts'
import type { Family } from './text.ts'

/** Every metric of the catalogue as it is now: a reading of this moment, or today so far. All tenants together. */
export async function catalogueFamilies(deps: Deps): Promise<Family[]> {
  const day = today(deps.now(), deps.config.timeZone)
  const { keys, of } = await freshCatalogue(deps)
  const found = await summary(deps, keys, { scope: '*', from: day, to: day, compare: 'none' })
  return keys.map((key) => familyOf(key, of(key), found[key]?.value ?? null, deps.config.currency))
}

function familyOf(
  key: AnyKey,
  { label, definition, kind, unit }: Metric,
  value: number | null,
  currency: string,
): Family {
  const { scale } = baseUnitOf(unit, currency)
  const span = kind === 'live' ? 'Now.' : kind === 'last' ? 'As of today.' : 'Today so far.'
  return {
    name: familyName(key, unit, currency),
    help: `${label}: ${definition} ${span}`,
    type: 'gauge',
    // 1/3 of 100 times 0.01 is not 1/3 to the last digit.
    samples: value === null ? [] : [{ value: Number((value * scale).toPrecision(12)) }],
  }
}
