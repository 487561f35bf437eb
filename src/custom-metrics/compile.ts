import {
  type AnyKey,
  type CustomKey,
  isCustomKey,
  isMetricKey,
  type MetricKey,
  metricOf,
  similarAmong,
} from '../metrics/catalogue.ts'
import type { Unit } from '../metrics/metric.ts'
import { inferUnit } from './infer.ts'
import { type Node, parseFormula } from './parse.ts'
import { FormulaError, type FormulaProblem } from './problem.ts'
import { type Quantity, verdictOf } from './units.ts'
import { formulaValue, type Values } from './values.ts'
import { sentenceOf } from './words.ts'

/** What a formula may name beside the built-in metrics. */
export interface Known {
  label: string
  unit: Unit
  formula: string
  archived: boolean
}
export type Book = ReadonlyMap<CustomKey, Known>

/** A formula that can be computed. */
export interface Formula {
  /** The built-in metrics it is made of in the end. */
  of: readonly MetricKey[]
  /** The metrics it names itself. */
  uses: readonly AnyKey[]
  unit: Quantity
  sentence: string
  warnings: readonly FormulaProblem[]
  /** From what is known of the metrics in `of`; null is unknown. */
  value: (values: Values) => number | null
}
export type Compiled = { ok: true; formula: Formula } | { ok: false; problems: FormulaProblem[] }

/** Formulas over formulas are written out: more parts than these are too many. */
const MAX_PARTS = 1_000

/**
 * Checks a formula and makes it ready to be computed. Formulas of other custom metrics are written out into it, so that
 * what computes, stores and explains metrics meets built-in ones only.
 * @param self the metric that the formula is of; it must not come back to it
 * @param unit what its author says that it is measured in, where that is known
 */
export function compileFormula(
  text: string,
  book: Book,
  { self, unit }: { self?: CustomKey; unit?: Unit } = {},
): Compiled {
  try {
    const node = parseFormula(text)
    const problems = unknownNames(node, book)
    if (problems.length > 0) return { ok: false, problems }
    const whole = writeOut(node, book, self)
    const of = [...new Set(metricsIn(whole).map(({ key }) => key as MetricKey))]
    if (of.length === 0) throw new FormulaError('This is a plain number: name at least one metric.', node.at, node.end)
    const inferred = inferUnit(node, (key) => aboutOf(key, book).unit)
    const warnings = [...inferred.warnings]
    const verdict = unit === undefined ? undefined : verdictOf(inferred.unit, unit)
    const { at, end } = node
    if (verdict && !verdict.ok) return { ok: false, problems: [{ message: verdict.message, at, end, of: 'unit' }] }
    if (verdict?.warning) warnings.push({ message: verdict.warning, at, end, of: 'unit' })
    return {
      ok: true,
      formula: {
        of,
        uses: [...new Set(metricsIn(node).map(({ key }) => key as AnyKey))],
        unit: inferred.unit,
        sentence: sentenceOf(node, (key) => aboutOf(key, book).label),
        warnings,
        // Where nothing is known at all, nothing can stand in: a day before the first data is not a zero.
        value: (values) => (of.some((key) => values[key] != null) ? formulaValue(whole, values) : null),
      },
    }
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error
    const { message, at, end } = error
    return { ok: false, problems: [{ message, at, end }] }
  }
}

type MetricNode = Node & { kind: 'metric' }

function metricsIn(node: Node): MetricNode[] {
  if (node.kind === 'metric') return [node]
  return partsOf(node).flatMap(metricsIn)
}

function partsOf(node: Node): Node[] {
  if (node.kind === 'binary') return [node.left, node.right]
  if (node.kind === 'negate') return [node.of]
  return node.kind === 'call' ? node.args : []
}

const aboutOf = (key: string, book: Book): Pick<Known, 'label' | 'unit'> =>
  isMetricKey(key) ? metricOf(key) : (book.get(key as CustomKey) as Known)

const liveKeys = (book: Book): CustomKey[] => [...book].flatMap(([key, { archived }]) => (archived ? [] : [key]))

function unknownNames(node: Node, book: Book): FormulaProblem[] {
  return metricsIn(node).flatMap(({ key, at, end }) => {
    if (isMetricKey(key)) return []
    const known = isCustomKey(key) ? book.get(key) : undefined
    if (known && !known.archived) return []
    if (known) return [{ message: `${key} is archived; restore it, or use another.`, at, end }]
    const similar = similarAmong(key, liveKeys(book))
    const hint = similar.length ? ` Did you mean ${similar.join(' or ')}?` : ' The Metrics page lists all there are.'
    return [{ message: `There is no metric “${key.slice(0, 80)}”.${hint}`, at, end }]
  })
}

/** The formula with those of other custom metrics in their place. @throws FormulaError for a circle */
function writeOut(node: Node, book: Book, self: CustomKey | undefined): Node {
  let parts = 0
  const walk = (part: Node, path: readonly string[], place: { at: number; end: number } | undefined): Node => {
    if (++parts > MAX_PARTS)
      throw new FormulaError('With the formulas it is made of this has too many parts.', node.at, node.end)
    const next = (one: Node) => walk(one, path, place)
    switch (part.kind) {
      case 'number':
        return part
      case 'negate':
        return { ...part, of: next(part.of) }
      case 'binary':
        return { ...part, left: next(part.left), right: next(part.right) }
      case 'call':
        return { ...part, args: part.args.map(next) }
      case 'metric':
        if (isCustomKey(part.key)) return inner(part, part.key, path, place ?? part)
        if (isMetricKey(part.key)) return part
        throw broken(path.at(-1) ?? '', `there is no metric ${part.key}`, place ?? part)
    }
  }
  const inner = (
    part: MetricNode,
    key: CustomKey,
    path: readonly string[],
    place: { at: number; end: number },
  ): Node => {
    const { at, end } = place
    if (path.includes(key))
      throw new FormulaError(`This goes round in a circle: ${[...path, key].join(' → ')}.`, at, end)
    const known = book.get(key)
    if (!known || known.archived)
      throw new FormulaError(`${part.key} is archived, and ${path.at(-1)} needs it.`, at, end)
    return walk(innerFormula(key, known, place), [...path, key], place)
  }
  return walk(node, self ? [self] : [], undefined)
}

/** It was valid when it was saved; a metric that is no longer there can have broken it since. */
function innerFormula(key: CustomKey, { formula }: Known, { at, end }: { at: number; end: number }): Node {
  try {
    return parseFormula(formula)
  } catch (error) {
    if (error instanceof FormulaError) throw broken(key, error.message, { at, end })
    throw error
  }
}

const broken = (key: string, why: string, { at, end }: { at: number; end: number }) =>
  new FormulaError(`${key} is broken: ${why}`, at, end)
