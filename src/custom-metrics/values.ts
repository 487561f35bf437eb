import type { Node } from './parse.ts'

export type Values = Readonly<Record<string, number | null | undefined>>

/**
 * The value of a formula: unknown (null) as soon as a part of it is, but for `coalesce`; what is divided by zero is
 * unknown too.
 */
export function formulaValue(node: Node, values: Values): number | null {
  switch (node.kind) {
    case 'number':
      return node.value
    case 'metric':
      return values[node.key] ?? null
    case 'negate': {
      const of = formulaValue(node.of, values)
      return of === null ? null : -of
    }
    case 'binary':
      return ofTwo(node, formulaValue(node.left, values), formulaValue(node.right, values))
    case 'call':
      return ofCall(
        node.name,
        node.args.map((arg) => formulaValue(arg, values)),
      )
  }
}

function ofTwo({ op }: Node & { kind: 'binary' }, left: number | null, right: number | null): number | null {
  if (left === null || right === null) return null
  if (op === '+') return left + right
  if (op === '-') return left - right
  if (op === '*') return left * right
  return right === 0 ? null : left / right
}

function ofCall(name: (Node & { kind: 'call' })['name'], args: (number | null)[]): number | null {
  const [first = null, second = null] = args
  if (name === 'coalesce') return first ?? second
  const known = args.filter((value) => value !== null)
  if (known.length < args.length || first === null) return null
  if (name === 'abs') return Math.abs(first)
  if (name === 'round') return rounded(first, second ?? 0)
  return name === 'min' ? Math.min(...known) : Math.max(...known)
}

/** Half away from zero, as people do it; through text, so that 1.005 is not 1.00. */
function rounded(value: number, digits: number): number {
  const size = Math.abs(value)
  if (size >= 1e15) return value
  const shifted = Math.round(Number(`${plain(size)}e${digits}`))
  return Math.sign(value) * Number(`${shifted}e-${digits}`)
}

/** Without an exponent of its own. */
const plain = (size: number): string => (size < 1e-6 ? '0' : String(size))
