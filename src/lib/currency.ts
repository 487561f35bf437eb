const known = new Map<string, number>()

/** Minor units in one major unit: 100 for USD, 1 for JPY, 1000 for KWD. Unknown currencies have cents. */
export function minorUnits(currency: string): number {
  let units = known.get(currency)
  if (units === undefined) {
    units = 10 ** digitsOf(currency)
    known.set(currency, units)
  }
  return units
}

function digitsOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency })
    return format.resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    return 2
  }
}
