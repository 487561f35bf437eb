import type { Unit } from '../metrics/metric.ts'
import type { Node } from './parse.ts'
import { FormulaError, type FormulaProblem } from './problem.ts'
import { constant, type Quantity, quantityOf, times, together, unitWords } from './units.ts'

/** What a formula is measured in, and what looks odd about it. @throws FormulaError where units do not go together */
export function inferUnit(node: Node, unitOf: (key: string) => Unit): { unit: Quantity; warnings: FormulaProblem[] } {
  const warnings: FormulaProblem[] = []

  const walk = (part: Node): Quantity => {
    switch (part.kind) {
      case 'number':
        return constant(part.value)
      case 'metric':
        return quantityOf(unitOf(part.key))
      case 'negate':
        return times(constant(-1), walk(part.of), 1)
      case 'binary':
        return binary(part)
      case 'call':
        return call(part)
    }
  }

  const binary = (part: Node & { kind: 'binary' }): Quantity => {
    const [left, right] = [walk(part.left), walk(part.right)]
    // Metrics may be zero on some day, and then the value is unknown; this one would never be known.
    if (part.op === '/' && right.constant === 0)
      throw new FormulaError('This divides by zero.', part.right.at, part.right.end)
    if (part.op === '*' || part.op === '/') return times(left, right, part.op === '*' ? 1 : -1)
    if (left.constant !== undefined && right.constant !== undefined)
      return constant(part.op === '+' ? left.constant + right.constant : left.constant - right.constant)
    return joined(left, right, part, part.op === '+' ? 'added to' : 'taken from')
  }

  const call = (part: Node & { kind: 'call' }): Quantity => {
    const [first, ...others] = part.args.map(walk) as [Quantity, ...Quantity[]]
    if (part.name === 'abs') return first
    if (part.name === 'round') return digitsChecked(part, first)
    return others.reduce((unit, other) => joined(unit, other, part, 'compared with'), first)
  }

  const joined = (left: Quantity, right: Quantity, part: Node, verb: string): Quantity => {
    const found = together(left, right)
    if (!found.ok) {
      const [what, to] = verb === 'compared with' ? [left, right] : [right, left]
      throw new FormulaError(`${capital(unitWords(what))} cannot be ${verb} ${unitWords(to)}.`, part.at, part.end)
    }
    if (found.warning) warnings.push({ message: found.warning, at: part.at, end: part.end })
    return found.unit
  }

  return { unit: walk(node), warnings }
}

function digitsChecked({ args: [, digits] }: Node & { kind: 'call' }, unit: Quantity): Quantity {
  if (digits === undefined) return unit
  if (digits.kind === 'number' && Number.isInteger(digits.value) && digits.value <= 6) return unit
  throw new FormulaError('The decimals are a whole number, 0 to 6.', digits.at, digits.end)
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
