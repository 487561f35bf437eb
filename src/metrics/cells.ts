import { groupBy } from '../lib/group-by.ts'
import { addDays, type Day } from '../lib/time.ts'
import type { RollupMetric, SqlContext } from './metric.ts'
import type { RollupName } from './rollups.ts'
import { type Ask, daysStatement, groupByRollup, totalStatement, windowFor } from './statement.ts'
import { emptyParts } from './total.ts'

export type Parts = (number | null)[]
type Change = { day: Day } & Record<`v${number}`, number | null>
type Row = Change & { scope: string; dim?: string }

/** What no row could have: '' is a value of many dimensions. */
const NO_DIM = '\0all'

/** The stored parts of metrics, by key, scope, day and value of the dimension. */
export class Cells {
  private readonly byPlace = new Map<string, Map<Day, Parts>>()
  private readonly dimsByKey = new Map<string, Set<string>>()

  set(key: string, scope: string, day: Day, parts: Parts, dim: string = NO_DIM): void {
    const place = `${key}\0${scope}\0${dim}`
    const days = this.byPlace.get(place)
    if (days) days.set(day, parts)
    else this.byPlace.set(place, new Map([[day, parts]]))
    if (dim !== NO_DIM) this.dimsByKey.set(key, (this.dimsByKey.get(key) ?? new Set()).add(dim))
  }

  get(key: string, scope: string, day: Day, dim: string = NO_DIM): Parts | undefined {
    return this.byPlace.get(`${key}\0${scope}\0${dim}`)?.get(day)
  }

  dims(key: string): string[] {
    return [...(this.dimsByKey.get(key) ?? [])]
  }

  merge(other: Cells): void {
    for (const [place, days] of other.byPlace) {
      const mine = this.byPlace.get(place)
      if (!mine) this.byPlace.set(place, new Map(days))
      else for (const [day, parts] of days) mine.set(day, parts)
    }
    for (const [key, dims] of other.dimsByKey) {
      this.dimsByKey.set(key, new Set([...(this.dimsByKey.get(key) ?? []), ...dims]))
    }
  }
}

export interface History {
  cells: Cells
  /** The first day with data of each roll-up. */
  firsts: Map<RollupName, Day | null>
  today: Day
}

/** Whether a roll-up can know about a day. */
export function knows({ firsts, today }: History, from: RollupName, day: Day): boolean {
  const first = firsts.get(from)
  return first !== null && first !== undefined && day >= first && day <= today
}

/** A metric's parts on a day: unknown before the first data of its roll-up and after today, else 0 where none. */
export function partsOn(
  history: History,
  key: string,
  metric: RollupMetric,
  scope: string,
  day: Day,
  dim?: string,
): Parts {
  if (knows(history, metric.knownBy ?? metric.from, day))
    return history.cells.get(key, scope, day, dim) ?? emptyParts(metric)
  return Array<null>(metric.lag ? 1 : metric.parts.length).fill(null)
}

/** Reads days of metrics from their roll-ups: one statement a roll-up. */
export async function readCells(
  q: SqlContext,
  asks: Ask[],
  scopes: string[],
  days: Day[],
  by?: string,
): Promise<Cells> {
  const cells = new Cells()
  if (days.length === 0 || asks.length === 0 || scopes.length === 0) return cells
  await Promise.all(
    groupByRollup(asks).map(async (group) => {
      const window = windowFor(group, scopes, days)
      const rows = (await daysStatement(q, group, window, by)) as unknown as Row[]
      const wanted = new Set(window.days)
      if (window.running) accumulate(cells, group, rows, window.days)
      else for (const row of rows) if (wanted.has(row.day)) store(cells, group, row)
    }),
  )
  return cells
}

/** Totals of a range, stored under its last day. */
export async function readTotals(
  q: SqlContext,
  asks: Ask[],
  scopes: string[],
  range: { from: Day; to: Day },
  by?: string,
): Promise<Cells> {
  const cells = new Cells()
  const [bits, others] = by ? [[], asks] : [asks.filter((a) => a.metric.bits), asks.filter((a) => !a.metric.bits)]
  await Promise.all(
    [...bits.map((ask) => [ask]), ...groupByRollup(others)].map(async (group) => {
      const rows = (await totalStatement(q, group, scopes, range.from, range.to, by)) as unknown as Row[]
      for (const row of rows) store(cells, group, { ...row, day: range.to }, true)
    }),
  )
  return cells
}

function store(cells: Cells, asks: Ask[], row: Row, total = false): void {
  let i = 0
  for (const { key, metric } of asks) {
    const n = total ? 1 : metric.parts.length
    const parts = Array.from({ length: n }, (_, k) => row[`v${i + k}`] ?? null)
    cells.set(key, row.scope, row.day, parts, row.dim)
    i += n
  }
}

/** Turns changes into stocks. The rows come in the order of their days. */
function accumulate(cells: Cells, asks: Ask[], rows: Row[], days: Day[]): void {
  const columns = asks.reduce((n, { metric }) => n + metric.parts.length, 0)
  const places = groupBy(rows, (row) => `${row.scope}\0${row.dim ?? ''}`)
  for (const changes of places.values()) {
    const first = changes[0] as Row
    const at = runningSums(changes, columns)
    for (const day of days) {
      let i = 0
      for (const { key, metric } of asks) {
        const n = metric.parts.length
        const now = at(day).slice(i, i + n)
        const before = metric.lag ? at(addDays(day, -metric.lag.days)).slice(i, i + n) : []
        const parts = metric.lag ? [metric.lag.formula(now, before)] : now
        cells.set(key, first.scope, day, parts, first.dim)
        i += n
      }
    }
  }
}

/** The sums of all changes up to and including a day; the changes are in the order of their days. */
export function runningSums(changes: Change[], columns: number): (day: Day) => number[] {
  const sums: { day: Day; v: number[] }[] = []
  let sum = Array<number>(columns).fill(0)
  for (const row of changes) {
    sum = sum.map((v, i) => v + (row[`v${i}`] ?? 0))
    sums.push({ day: row.day, v: sum })
  }
  const none = Array<number>(columns).fill(0)
  return (day) => sums.findLast((s) => s.day <= day)?.v ?? none
}
