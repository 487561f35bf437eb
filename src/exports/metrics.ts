import type { Deps } from '../context.ts'
import { alignPoints, type Compare, comparedDay, type DayRange } from '../lib/compare.ts'
import { addDays, type Day, daysBetween, eachDay } from '../lib/time.ts'
import { type Answers, answersFor } from '../metrics/among.ts'
import type { Look } from '../metrics/asks.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import { sqlContext } from '../metrics/context.ts'
import type { Point } from '../metrics/evaluate.ts'
import { honoured, PEOPLE_FILTERS } from '../metrics/honours.ts'
import type { AskedPeople } from '../metrics/people.ts'
import type { Cell } from './csv.ts'

/** Days read at a time: memory does not grow with the range. */
const CHUNK_DAYS = 92

export interface MetricsExport extends AskedPeople {
  keys: AnyKey[]
  scope: string
  from: Day
  to: Day
  by?: string
  compare: Compare
}

/**
 * `date,<metric>,<metric>`, a row a day; with `by`: `date,<dimension>,<metric> …`, a row a day and value; with `compare`
 * also `compared_date,compared <metric> …`.
 */
export function metricsHeader({ keys, by, compare, ...asked }: MetricsExport, look: Look): string[] {
  const filters = PEOPLE_FILTERS.filter((name) => asked[name] !== undefined)
  // Of all users where the metric is not kept by a filter: in a file nothing else can say so.
  const names = keys.map((key) =>
    honoured(look, key, filters, by).length < filters.length ? `${key} (all users)` : key,
  )
  const compared = compare === 'none' ? [] : ['compared_date', ...names.map((name) => `compared ${name}`)]
  return ['date', ...(by ? [by] : []), ...names, ...compared]
}

/** The rows, some months at a time; an empty cell is unknown. */
export async function* metricsRows(deps: Deps, asked: MetricsExport): AsyncGenerator<Cell[][]> {
  const { keys, from, to, by, compare } = asked
  for (let first = from; first <= to; first = addDays(first, CHUNK_DAYS)) {
    const count = Math.min(CHUNK_DAYS, daysBetween(first, to) + 1)
    const range = { from: first, to: addDays(first, count - 1) }
    const other = otherDays(range, asked, compare)
    const ranges = other ? [range, other] : [range]
    const q = sqlContext(deps, deps.db.heavy)
    const answers = await answersFor(deps, q, asked, keys, { ranges, by, totals: false })
    const days = eachDay(range.from, range.to)
    const now = columnsOf(answers, keys, range, by)
    const then = other && columnsOf(answers, keys, other, by)
    const values = by ? [...new Set([...now, ...(then ?? [])].flatMap((column) => [...column.keys()]))].sort() : ['']
    const compared = (value: string) =>
      then?.map((column) => alignPoints(days, column.get(value) ?? [], asked, compare))
    const before = new Map(values.map((value) => [value, compared(value)]))
    yield days.flatMap((day, i) =>
      values.map((value) => [
        day,
        ...(by ? [value] : []),
        ...now.map((column) => column.get(value)?.[i]?.value ?? null),
        ...(then ? [comparedDay(day, asked, compare) ?? null] : []),
        ...(before.get(value) ?? []).map((points) => points[i]?.value ?? null),
      ]),
    )
  }
}

/** The days that stand beside those of a chunk, by how the whole period is compared. */
function otherDays(chunk: DayRange, whole: DayRange, compare: Compare): DayRange | undefined {
  const days = eachDay(chunk.from, chunk.to).flatMap((day) => comparedDay(day, whole, compare) ?? [])
  const [from, to] = [days[0], days.at(-1)]
  return from !== undefined && to !== undefined ? { from, to } : undefined
}

/** The points of each metric by the value of the dimension, '' without one. */
function columnsOf(answers: Answers, keys: AnyKey[], range: DayRange, by?: string): Map<string, Point[]>[] {
  return keys.map((key) =>
    by
      ? new Map(
          answers
            .of(key)
            .groups(key, range)
            .map((group) => [group.key, group.points]),
        )
      : new Map([['', answers.of(key).get(key, range).points]]),
  )
}
