import { FormulaError } from './problem.ts'

export type Sign = '+' | '-' | '*' | '/' | '(' | ')' | ','
export type Token = { at: number; end: number } & (
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'sign'; sign: Sign }
  | { kind: 'end' }
)

/** What people copy out of documents means the same. */
const SIGNS: Record<string, Sign> = {
  '+': '+',
  '-': '-',
  '−': '-',
  '–': '-',
  '*': '*',
  '×': '*',
  '·': '*',
  '/': '/',
  '÷': '/',
  '(': '(',
  ')': ')',
  ',': ',',
}
const HINTS: Record<string, string> = {
  '^': 'There is no power; multiply instead.',
  '%': 'There is no % sign: percentages are 0 to 100, so divide by 100.',
  ';': 'A formula is one line; between values of a function stands a comma.',
  '=': 'A formula has no “=”: only what stands right of it.',
}

const SPACE = /\s+/y
const NUMBER = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y
const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*/y

/** The words of a formula, the last one its end. @throws FormulaError at what is none */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const space = match(SPACE, text, at)
    if (space !== undefined) {
      at += space.length
      continue
    }
    const token = numberAt(text, at) ?? nameAt(text, at) ?? signAt(text, at)
    tokens.push(token)
    at = token.end
  }
  return [...tokens, { kind: 'end', at: text.length, end: text.length }]
}

function numberAt(text: string, at: number): Token | undefined {
  const found = match(NUMBER, text, at)
  if (found === undefined) return undefined
  const end = at + found.length
  if (/[\w.]/.test(text[end] ?? '')) throw new FormulaError('This is not a number.', at, wordEnd(text, at))
  if (!Number.isFinite(Number(found))) throw new FormulaError('This number is too large.', at, end)
  return { kind: 'number', value: Number(found), at, end }
}

function nameAt(text: string, at: number): Token | undefined {
  const name = match(NAME, text, at)
  if (name === undefined) return undefined
  const end = at + name.length
  if (text[end] === '.') throw new FormulaError('The key of a metric goes on after a dot.', at, end + 1)
  return { kind: 'name', name, at, end }
}

function signAt(text: string, at: number): Token {
  const sign = String.fromCodePoint(text.codePointAt(at) ?? 0)
  const end = at + sign.length
  if (Object.hasOwn(SIGNS, sign)) return { kind: 'sign', sign: SIGNS[sign] as Sign, at, end }
  throw new FormulaError(HINTS[sign] ?? `“${sign}” has no meaning in a formula.`, at, end)
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

const wordEnd = (text: string, at: number): number => at + (/^[\w.]+/.exec(text.slice(at))?.[0].length ?? 1)
