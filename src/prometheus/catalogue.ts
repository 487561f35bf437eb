import type { Deps } from '../context.ts'
import { today } from '../lib/time.ts'
import { type MetricKey, metricKeys, metricOf } from '../metrics/catalogue.ts'
import { summary } from '../metrics/query.ts'
import type { Family } from './text.ts'

/** Every metric of the catalogue as it is now: a reading of this moment, or today so far. All tenants together. */
export async function catalogueFamilies(deps: Deps): Promise<Family[]> {
  const day = today(deps.now(), deps.config.timeZone)
  const found = await summary(deps, metricKeys, { scope: '*', from: day, to: day, compare: 'none' })
  return metricKeys.map((key) => familyOf(key, found[key].value, deps.config.currency))
}

/** What a metric is called there: quarterdeck_<domain>_<name>_<base unit>. */
export function familyName(key: MetricKey, currency: string): string {
  // "_total" at the end is kept for counters.
  const name = `quarterdeck_${key.replace(/\W/g, '_').replace(/_total$/, '')}`
  const { suffix } = unitOf(key, currency)
  return suffix === '' || name.endsWith(suffix) ? name : name + suffix
}

function familyOf(key: MetricKey, value: number | null, currency: string): Family {
  const { label, definition, kind } = metricOf(key)
  const { scale } = unitOf(key, currency)
  const span = kind === 'live' ? 'Now.' : kind === 'last' ? 'As of today.' : 'Today so far.'
  return {
    name: familyName(key, currency),
    help: `${label}: ${definition} ${span}`,
    type: 'gauge',
    // 1/3 of 100 times 0.01 is not 1/3 to the last digit.
    samples: value === null ? [] : [{ value: Number((value * scale).toPrecision(12)) }],
  }
}

/** Prometheus wants base units: seconds, bytes, ratios of 1. */
function unitOf(key: MetricKey, currency: string): { suffix: string; scale: number } {
  switch (metricOf(key).unit) {
    case 'money':
      return { suffix: `_${currency.toLowerCase()}`, scale: 1 }
    case 'percent':
      return { suffix: '_ratio', scale: 0.01 }
    case 'ratio':
      return { suffix: '_ratio', scale: 1 }
    case 'ms':
      return { suffix: '_seconds', scale: 0.001 }
    case 'bytes':
      return { suffix: '_bytes', scale: 1 }
    default:
      return { suffix: '', scale: 1 }
  }
}
