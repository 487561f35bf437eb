import { factKindOfPath, factKinds } from '../facts/index.ts'
import type { FactKind } from '../facts/types.ts'
import { durationSeconds } from '../lib/duration.ts'
import { LEAST_EVERY_S, PullError } from './pull.ts'

/** A SELECT and what its headers say of it. */
export interface SqlFile {
  kind: FactKind
  /** Output columns: what rows are ordered by, and what makes one unique. */
  watermark: string
  key: string
  everySeconds?: number
  /** Tables without which the file is off. */
  requires: string[]
  /** How far back each run reads again: seconds of a timestamp, or ids. Absent = the default. */
  overlap?: number
  /** The statement, without headers and closing semicolon. */
  select: string
  /** The line of the file on which `select` begins. */
  line: number
}

const HEADER = /^--\s*([a-z]+):\s*(.*?)\s*$/
const COMMENT = /^\s*(--.*)?$/
const NAMES = ['kind', 'watermark', 'key', 'every', 'requires', 'overlap']

/** Reads a file's headers and its SELECT. @throws PullError with the line */
export function parseSqlFile(text: string): SqlFile {
  const lines = text
    .replaceAll('\r\n', '\n')
    .replace(/^\uFEFF/, '')
    .split('\n')
  const begin = lines.findIndex((line) => !COMMENT.test(line))
  if (begin === -1) throw new PullError('there is no SELECT', { line: lines.length })
  const headers = readHeaders(lines.slice(0, begin))
  const select = lines.slice(begin).join('\n').trim().replace(/;\s*$/, '')
  if (!/^(select|with|\()/i.test(select)) throw new PullError('only a SELECT can be here', { line: begin + 1 })
  const every = headers.get('every')
  const overlap = headers.get('overlap')
  return {
    kind: kindOf(required(headers, 'kind')),
    watermark: required(headers, 'watermark').value,
    key: required(headers, 'key').value,
    ...(every && { everySeconds: interval(every) }),
    ...(overlap && { overlap: /^\d+$/.test(overlap.value) ? Number(overlap.value) : duration(overlap) }),
    requires: listOf(headers.get('requires')?.value ?? ''),
    select,
    line: begin + 1,
  }
}

interface Header {
  value: string
  line: number
}

function readHeaders(lines: string[]): Map<string, Header> {
  const headers = new Map<string, Header>()
  lines.forEach((text, n) => {
    const [, name, value] = HEADER.exec(text) ?? []
    if (name === undefined || value === undefined) return
    const line = n + 1
    if (!NAMES.includes(name)) throw new PullError(`there is no header "${name}", only ${NAMES.join(', ')}`, { line })
    if (headers.has(name)) throw new PullError(`"${name}" comes twice`, { line })
    if (value === '') throw new PullError(`"${name}" is empty`, { line })
    headers.set(name, { value, line })
  })
  return headers
}

function required(headers: Map<string, Header>, name: string): Header {
  const header = headers.get(name)
  if (!header) throw new PullError(`the header "-- ${name}: …" is missing`, { line: 1 })
  return header
}

function kindOf({ value, line }: Header): FactKind {
  const fact = factKindOfPath(value)
  if (fact) return fact.kind
  const paths = Object.values(factKinds).map(({ path }) => path)
  throw new PullError(`there is no kind "${value}", only ${paths.join(', ')}`, { line })
}

function interval(header: Header): number {
  const seconds = duration(header)
  if (seconds >= LEAST_EVERY_S) return seconds
  throw new PullError(`"${header.value}" is less than ${LEAST_EVERY_S}s`, { line: header.line })
}

function duration({ value, line }: Header): number {
  const seconds = durationSeconds(value)
  if (seconds === undefined) throw new PullError(`"${value}" is not a time such as 30s, 5m or 1h`, { line })
  return seconds
}

const listOf = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
