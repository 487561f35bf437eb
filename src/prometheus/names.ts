import type { AnyKey } from '../metrics/catalogue.ts'
import type { Unit } from '../metrics/metric.ts'

/** What a metric is called there: quarterdeck_<domain>_<name>_<base unit>. */
export function familyName(key: AnyKey, unit: Unit, currency: string): string {
  // "_total" at the end is kept for counters.
  const name = withoutUnit(`quarterdeck_${key.replace(/\W/g, '_').replace(/_total$/, '')}`, unit)
  const { suffix } = baseUnitOf(unit, currency)
  return suffix === '' || name.endsWith(suffix) ? name : name + suffix
}

/** A unit in the key's own words, which the one at the end would contradict: promtool complains of both. */
function withoutUnit(name: string, unit: Unit): string {
  if (unit === 'ms') return name.replace(/_ms$/, '')
  return name.replace(/_hours(?=_|$)/, unit === 'hours' ? '' : '_hour')
}

/** Prometheus wants base units: seconds, bytes, ratios of 1. */
export function baseUnitOf(unit: Unit, currency: string): { suffix: string; scale: number } {
  switch (unit) {
    case 'money':
      return { suffix: `_${currency.toLowerCase()}`, scale: 1 }
    case 'percent':
      return { suffix: '_ratio', scale: 0.01 }
    case 'ratio':
      return { suffix: '_ratio', scale: 1 }
    case 'ms':
      return { suffix: '_seconds', scale: 0.001 }
    case 'hours':
      return { suffix: '_seconds', scale: 3_600 }
    case 'bytes':
      return { suffix: '_bytes', scale: 1 }
    default:
      return { suffix: '', scale: 1 }
  }
}
