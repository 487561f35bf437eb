import type { Node, Operator } from './parse.ts'

const SIGNS: Record<Operator, string> = { '+': '+', '-': '−', '*': '×', '/': '÷' }
const POWER: Record<Operator, number> = { '+': 1, '-': 1, '*': 2, '/': 2 }

/** A formula as people say it: “AI cost” ÷ “Jobs succeeded”. */
export function sentenceOf(node: Node, labelOf: (key: string) => string): string {
  const say = (part: Node): string => {
    switch (part.kind) {
      case 'number':
        return part.value.toLocaleString('en-US', { maximumFractionDigits: 12 })
      case 'metric':
        return `“${labelOf(part.key)}”`
      case 'negate':
        return `−${inside(part.of, 3)}`
      case 'binary':
        // a − (b − c) and a ÷ (b ÷ c) keep their parentheses.
        return `${inside(part.left, POWER[part.op])} ${SIGNS[part.op]} ${inside(part.right, POWER[part.op] + (part.op === '-' || part.op === '/' ? 1 : 0))}`
      case 'call':
        return called(part.name, part.args.map(say))
    }
  }
  const inside = (part: Node, power: number): string => {
    const own = part.kind === 'binary' ? POWER[part.op] : 3
    return own < power ? `(${say(part)})` : say(part)
  }
  return say(node)
}

function called(name: (Node & { kind: 'call' })['name'], args: string[]): string {
  const [first, second] = args
  switch (name) {
    case 'min':
      return `the smallest of (${args.join(', ')})`
    case 'max':
      return `the largest of (${args.join(', ')})`
    case 'abs':
      return `the size of (${first})`
    case 'round':
      return `(${first}) rounded${second === undefined ? '' : ` to ${second} decimals`}`
    case 'coalesce':
      return `(${first}, where it is unknown ${second})`
  }
}
