/** Short figures for axes: 5,000 but 10k, $500, 4 s, 100%. Exact ones are in the table twin, written by the server. */
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
const full = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

/** `unit` as in the catalogue: money in major units, percent 0-100, ms, ratio; all others are counts. */
export function axisText(value: number, unit: string, currency = 'USD'): string {
  const text = withUnit(Math.abs(value), unit, currency)
  return value < 0 ? `−${text}` : text
}

function withUnit(value: number, unit: string, currency: string): string {
  switch (unit) {
    case 'money':
      return money(value, currency)
    case 'percent':
      return `${full.format(value)}%`
    case 'ratio':
      return `${full.format(value)}×`
    case 'ms':
      return duration(value)
    default:
      return count(value)
  }
}

const count = (value: number): string =>
  value >= 10_000 ? compact.format(value).replace('K', 'k') : full.format(value)

function money(value: number, currency: string): string {
  const symbol = new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'symbol' })
    .formatToParts(0)
    .find((part) => part.type === 'currency')?.value
  const sign = symbol && symbol.length === 1 ? symbol : `${currency} `
  return sign + count(value)
}

function duration(ms: number): string {
  if (ms === 0) return '0'
  if (ms < 1000) return `${full.format(ms)} ms`
  if (ms < 60_000) return `${full.format(ms / 1000)} s`
  if (ms < 3_600_000) return `${full.format(ms / 60_000)} m`
  return `${full.format(ms / 3_600_000)} h`
}
