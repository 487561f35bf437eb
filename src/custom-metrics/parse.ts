import { FormulaError } from './problem.ts'
import { type Sign, type Token, tokensOf } from './tokens.ts'

export type Operator = '+' | '-' | '*' | '/'

/** A part of a formula, with its place in the text. */
export type Node = { at: number; end: number } & (
  | { kind: 'number'; value: number }
  | { kind: 'metric'; key: string }
  | { kind: 'negate'; of: Node }
  | { kind: 'binary'; op: Operator; left: Node; right: Node }
  | { kind: 'call'; name: FunctionName; args: Node[] }
)

/** How many values a function takes. */
export const FUNCTIONS = {
  min: { least: 2, most: 20, doc: 'min(a, b): the smallest of its values.' },
  max: { least: 2, most: 20, doc: 'max(a, b): the largest of its values.' },
  abs: { least: 1, most: 1, doc: 'abs(a): the value without its sign.' },
  round: { least: 1, most: 2, doc: 'round(a, 2): to so many decimals; without them to a whole number.' },
  coalesce: { least: 2, most: 2, doc: 'coalesce(a, 0): what stands in where a is unknown.' },
} as const
export type FunctionName = keyof typeof FUNCTIONS

export const MAX_LENGTH = 500
/** A formula that is nested deeper is one that nobody can read. */
const MAX_DEPTH = 20

const POWER: Partial<Record<Sign, number>> = { '+': 1, '-': 1, '*': 2, '/': 2 }

/**
 * Reads a formula: numbers, keys of metrics, + − * /, parentheses, functions. Written by hand because what is said about
 * a mistake needs the place of every part, which libraries for expressions do not keep.
 * @throws FormulaError at the first mistake
 */
export function parseFormula(text: string): Node {
  if (text.length > MAX_LENGTH)
    throw new FormulaError(`A formula has ${MAX_LENGTH} characters at the most.`, MAX_LENGTH, text.length)
  return new Parser(tokensOf(text)).formula()
}

class Parser {
  private readonly tokens: Token[]
  private place = 0
  private depth = 0

  constructor(tokens: Token[]) {
    this.tokens = tokens
  }

  formula(): Node {
    if (this.next().kind === 'end') throw new FormulaError('The formula is empty.', 0, 0)
    const node = this.sum(0)
    const next = this.next()
    if (next.kind === 'end') return node
    if (isSign(next, ')')) throw new FormulaError('This parenthesis closes none.', next.at, next.end)
    if (isSign(next, ','))
      throw new FormulaError('A comma stands between the values of a function only.', next.at, next.end)
    throw new FormulaError('Between two values stands + − * or /.', next.at, next.end)
  }

  /** What binds at least as tight as `power`. */
  private sum(power: number): Node {
    let left = this.value()
    for (;;) {
      const next = this.next()
      const own = next.kind === 'sign' ? POWER[next.sign] : undefined
      if (next.kind !== 'sign' || own === undefined || own <= power) return left
      this.place++
      const right = this.sum(own)
      left = { kind: 'binary', op: next.sign as Operator, left, right, at: left.at, end: right.end }
    }
  }

  private value(): Node {
    const token = this.next()
    if (++this.depth > MAX_DEPTH) throw new FormulaError('This is nested too deeply.', token.at, token.end)
    const node = this.bare(token)
    this.depth--
    return node
  }

  private bare(token: Token): Node {
    this.place++
    const { at, end } = token
    if (token.kind === 'number') return { kind: 'number', value: token.value, at, end }
    if (token.kind === 'name') return isSign(this.next(), '(') ? this.call(token) : metricOf(token)
    if (isSign(token, '(')) return this.group(token)
    if (isSign(token, '-')) {
      const of = this.value()
      return { kind: 'negate', of, at, end: of.end }
    }
    this.place--
    throw this.missing(token)
  }

  private group(open: Token): Node {
    const inner = this.sum(0)
    if (!isSign(this.next(), ')')) throw this.unclosed(open)
    const { end } = this.next()
    this.place++
    return { ...inner, at: open.at, end }
  }

  private call({ name, at, end }: Token & { kind: 'name' }): Node {
    if (!isFunction(name)) throw new FormulaError(`There is no function “${name}”; there are ${NAMES}.`, at, end)
    const open = this.next()
    this.place++
    const args = [this.sum(0)]
    while (isSign(this.next(), ',')) {
      this.place++
      args.push(this.sum(0))
    }
    if (!isSign(this.next(), ')')) throw this.unclosed(open)
    const close = this.next().end
    this.place++
    const { least, most, doc } = FUNCTIONS[name]
    if (args.length < least || args.length > most)
      throw new FormulaError(`${args.length} ${args.length === 1 ? 'value' : 'values'} given; ${doc}`, at, close)
    return { kind: 'call', name, args, at, end: close }
  }

  private missing(token: Token): FormulaError {
    const before = this.tokens[this.place - 1]
    const where = token.kind === 'end' ? { at: before?.at ?? 0, end: before?.end ?? 0 } : token
    if (before?.kind === 'sign' && POWER[before.sign] !== undefined)
      return new FormulaError(
        'A metric or a number has to follow.',
        before.at,
        token.kind === 'end' ? before.end : token.end,
      )
    return new FormulaError('Here a metric, a number or “(” is missing.', where.at, where.end)
  }

  private unclosed(open: Token): FormulaError {
    const next = this.next()
    if (next.kind === 'end') return new FormulaError('This parenthesis is not closed.', open.at, open.end)
    return new FormulaError('Here + − * / or “)” is missing.', next.at, next.end)
  }

  private next(): Token {
    return this.tokens[Math.min(this.place, this.tokens.length - 1)] as Token
  }
}

function metricOf({ name, at, end }: Token & { kind: 'name' }): Node {
  if (isFunction(name)) throw new FormulaError(`After ${name} its values are missing: ${FUNCTIONS[name].doc}`, at, end)
  return { kind: 'metric', key: name, at, end }
}

const NAMES = Object.keys(FUNCTIONS).join(', ')
const isFunction = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name)
const isSign = (token: Token, sign: Sign): boolean => token.kind === 'sign' && token.sign === sign
