import type { Deps } from '../context.ts'
import { addDays, type Day, today } from '../lib/time.ts'
import type { MetricKey } from '../metrics/catalogue.ts'
import type { Unit } from '../metrics/metric.ts'
import { manySeries, type Point } from '../metrics/query.ts'
import { tidy } from '../metrics/total.ts'
import { catalogueOf } from './catalogue.ts'
import { compileFormula, type Formula } from './compile.ts'
import { chosenUnit, customKeyOf, type Draft } from './draft.ts'
import type { FormulaProblem } from './problem.ts'
import { likelyUnit } from './units.ts'

/** What a formula would have said. */
export interface Preview {
  from: Day
  to: Day
  today: Day
  points: Point[]
  total: number | null
  /** What it is made of, each with its own total: the formula's total is made of these. */
  inputs: { key: MetricKey; total: number | null }[]
}

/** A formula as it is being typed. */
export interface CheckedDraft {
  text: string
  problems: readonly FormulaProblem[]
  formula?: Formula
  /** As chosen, or as the formula says. */
  unit?: Unit
}

const DAYS = 30

/** Reads the formula of a draft. Nothing is asked of the database. */
export function checkDraft(deps: Pick<Deps, 'db'>, draft: Draft): CheckedDraft {
  const text = draft.formula.trim()
  const unit = chosenUnit(draft)
  const found = compileFormula(text, catalogueOf(deps).book, { self: customKeyOf(draft), unit })
  if (!found.ok) return { text, problems: found.problems }
  return { text, problems: [], formula: found.formula, unit: unit ?? likelyUnit(found.formula.unit) }
}

/** The value of the last 30 days, and each of them. */
export async function previewOf(deps: Deps, scope: string, { of, value }: Formula): Promise<Preview> {
  const to = today(deps.now(), deps.config.timeZone)
  const from = addDays(to, 1 - DAYS)
  const found = await manySeries(deps, of, { scope, from, to })
  const at = (pick: (one: (typeof found)[number]) => number | null | undefined) =>
    tidy(value(Object.fromEntries(found.map((one) => [one.key, pick(one)]))))
  const days = found[0]?.points.map(({ day }) => day) ?? []
  return {
    from,
    to,
    today: to,
    points: days.map((day, i) => ({ day, value: at((one) => one.points[i]?.value) })),
    total: at((one) => one.total),
    inputs: found.map(({ key, total }) => ({ key, total })),
  }
}
