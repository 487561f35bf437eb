import { groupBy } from '../lib/group-by.ts'
import type { Day } from '../lib/time.ts'
import { type Parts, runningSums } from './cells.ts'
import type { SqlContext } from './metric.ts'
import { type Ask, dimsStatement, groupByRollup, windowFor } from './statement.ts'
import type { Window } from './window.ts'

/** What a metric has for a value of one of its dimensions. */
export interface DimValue {
  value: string
  parts: Parts
}

/** A metric by one of its dimensions. */
export interface ByDim {
  ask: Ask
  dim: string
  byDay: Map<Day, DimValue[]>
}

type Row = { by: string; day: Day; dim: string } & Record<`v${number}`, number | null>
interface DimDay {
  day: Day
  value: string
  numbers: Parts
}

/** Some metrics by all their dimensions on some days: one statement a roll-up. */
export async function readBroken(q: SqlContext, asks: Ask[], scope: string, days: Day[]): Promise<ByDim[]> {
  const groups = await Promise.all(groupByRollup(asks).map((group) => brokenOf(q, group, scope, days)))
  return groups.flat()
}

async function brokenOf(q: SqlContext, asks: Ask[], scope: string, days: Day[]): Promise<ByDim[]> {
  const dims = [...new Set(asks.flatMap(({ metric }) => metric.by))]
  const window = windowFor(asks, [scope], days)
  const rows = (await dimsStatement(q, asks, window, dims)) as unknown as Row[]
  const columns = asks.reduce((n, { metric }) => n + metric.parts.length, 0)
  const rowsOf = groupBy(rows, ({ by }) => by)
  return dims.flatMap((dim) => {
    const values = valuesOf(rowsOf.get(dim) ?? [], window, columns)
    return asks.flatMap((ask, i) => {
      if (!ask.metric.by.includes(dim)) return []
      const first = asks.slice(0, i).reduce((n, { metric }) => n + metric.parts.length, 0)
      return [{ ask, dim, byDay: partsByDay(values, first, ask.metric.parts.length) }]
    })
  })
}

function valuesOf(rows: Row[], window: Window, columns: number): DimDay[] {
  if (window.running) return stocksOf(rows, window.days, columns)
  const wanted = new Set(window.days)
  return rows
    .filter(({ day }) => wanted.has(day))
    .map((row) => ({ day: row.day, value: row.dim, numbers: numbersOf(row, columns) }))
}

/** A stock has a value on each day, also on those without a change. */
function stocksOf(rows: Row[], days: Day[], columns: number): DimDay[] {
  return [...groupBy(rows, ({ dim }) => dim)].flatMap(([value, changes]) => {
    const at = runningSums(changes, columns)
    return days.map((day) => ({ day, value, numbers: at(day) }))
  })
}

const numbersOf = (row: Row, columns: number): Parts => Array.from({ length: columns }, (_, i) => row[`v${i}`] ?? null)

function partsByDay(values: DimDay[], first: number, n: number): Map<Day, DimValue[]> {
  const byDay = new Map<Day, DimValue[]>()
  for (const { day, value, numbers } of values) {
    const found = { value, parts: numbers.slice(first, first + n) }
    const all = byDay.get(day)
    if (all) all.push(found)
    else byDay.set(day, [found])
  }
  return byDay
}
