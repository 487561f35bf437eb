import { z } from 'zod'
import { isDay } from '../lib/filters.ts'
import type { RateEntry } from './store.ts'

/** A line or a body that cannot be read as rates; the message is for the one who sent it. */
export class UnreadableRates extends Error {}

const MAX_LINES = 20_000
const DECIMAL = /^\d{1,12}(\.\d{1,12})?$/

/** A positive decimal number, kept as text: money is never a float on its way into the table. */
export const rateText = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === 'number' ? plain(value) : value.trim()))
  .refine((text) => DECIMAL.test(text) && Number(text) > 0, {
    error: 'must be a number above zero, such as 1.0834',
  })

export const currencyText = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{3}$/, 'must be the three letters of a currency, such as EUR')

export const dayText = z.string().refine(isDay, { error: 'must be a day such as 2026-11-01' })

/**
 * Rates as text, of two forms. Lines of `currency, day, rate` (rate: what one unit is worth in `base`), or the table of
 * the European Central Bank: a head of `Date` and currencies, then for each day what one euro is worth in each of them.
 * Of that table the currencies in `wanted` are taken.
 * @throws UnreadableRates
 */
export function parseRates(text: string, base: string, wanted: readonly string[]): RateEntry[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ cells: cellsOf(line), n: i + 1 }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
  if (lines.length === 0) throw new UnreadableRates('There is no line with a rate in it.')
  if (lines.length > MAX_LINES) throw new UnreadableRates(`These are ${lines.length} lines; ${MAX_LINES} are the most.`)
  const [first] = lines
  const rates =
    first?.cells[0]?.toLowerCase() === 'date' ? bankTable(lines, base, wanted) : lines.flatMap((line) => ofLine(line))
  const own = rates.find(({ currency }) => currency === base)
  if (own) throw new UnreadableRates(`${base} is the reporting currency: it needs no rate.`)
  // Of a day that is told twice the last line holds.
  return [...new Map(rates.map((rate) => [`${rate.currency} ${rate.day}`, rate])).values()]
}

interface Line {
  cells: string[]
  n: number
}

const cellsOf = (line: string): string[] => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))

function ofLine({ cells, n }: Line): RateEntry[] {
  const [currency, day, rate] = cells
  if (n === 1 && currency?.toLowerCase() === 'currency') return []
  return [
    {
      currency: read(currencyText, currency, n, 'currency'),
      day: read(dayText, day, n, 'day'),
      rate: read(rateText, rate, n, 'rate'),
    },
  ]
}

function bankTable([head, ...lines]: Line[], base: string, wanted: readonly string[]): RateEntry[] {
  const columns = (head?.cells ?? []).map((cell) => cell.toUpperCase())
  if (base !== 'EUR' && !columns.includes(base))
    throw new UnreadableRates(`The table has no column ${base}: the rates of other currencies cannot be worked out.`)
  return lines.flatMap(({ cells, n }) => {
    const day = read(dayText, cells[0], n, 'day')
    const perEuro = (currency: string): number | undefined => {
      if (currency === 'EUR') return 1
      const cell = cells[columns.indexOf(currency)]
      // The bank writes N/A where a currency was not quoted.
      return cell && DECIMAL.test(cell) && Number(cell) > 0 ? Number(cell) : undefined
    }
    const ofBase = perEuro(base)
    if (ofBase === undefined) return []
    return wanted.flatMap((currency) => {
      const its = currency === base ? undefined : perEuro(currency)
      return its === undefined ? [] : [{ currency, day, rate: plain(ofBase / its) }]
    })
  })
}

function read(schema: z.ZodType<string>, value: string | undefined, line: number, what: string): string {
  const found = schema.safeParse(value ?? '')
  if (found.success) return found.data
  throw new UnreadableRates(`Line ${line}: ${what} ${found.error.issues[0]?.message ?? 'cannot be read'}.`)
}

/** Ten digits, which is more than anybody quotes; never as 1e-7. */
function plain(value: number): string {
  if (!Number.isFinite(value) || value <= 0) return String(value)
  const digits = Math.max(0, Math.min(12, 9 - Math.floor(Math.log10(value))))
  return value
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}
