import { basename } from 'node:path'
import { normaliseMessage } from '../sources/fingerprint.ts'

/** A log line that tells of something wrong. */
export interface LogTrouble {
  ts: Date | undefined
  severity: 'warn' | 'error'
  provider: string
  /** Normalised: no ids, numbers, quotes or addresses. */
  message: string
  /** In the line's own words. */
  sample: string
}

type Fields = Record<string, unknown>

const decoder = new TextDecoder('utf-8', { fatal: true })
const MESSAGE_CHARS = 300
const SAMPLE_CHARS = 500

/** What went wrong by this line; undefined where nothing did. @throws SyntaxError or TypeError where it is no JSON object */
export function readLine(line: Buffer): LogTrouble | undefined {
  const text = decoder.decode(line).trim()
  if (text === '') return undefined
  const fields: unknown = JSON.parse(text)
  if (!isFields(fields)) throw new SyntaxError('not a JSON object')
  const severity = severityOf(fields)
  return severity && troubleOf(fields, severity)
}

/** What a file tells of, by its name. */
export function kindOf(path: string): 'ai' | 'preview' | 'log' {
  const name = basename(path).toLowerCase()
  if (/(^|[^a-z])ai([^a-z]|$)/.test(name)) return 'ai'
  return name.includes('preview') ? 'preview' : 'log'
}

function troubleOf(fields: Fields, severity: 'warn' | 'error'): LogTrouble {
  const error = errorOf(fields)
  const kind = kindOfError(fields, error)
  const status = httpStatusOf(fields) ?? httpStatusOf(error)
  const said = firstText(fields.msg, fields.message, fields.event, fields.reason)
  const why = firstText(error.message, fields.error_message)
  const words = [said, why && why !== said ? why : ''].filter(Boolean).join(': ') || kind || 'no message'
  const label = [kind && !words.includes(kind) ? kind : '', status ? `HTTP ${status}` : ''].filter(Boolean).join(', ')
  const message = normaliseMessage(words)
  return {
    ts: instantOf(fields.time ?? fields.ts ?? fields.timestamp ?? fields['@timestamp'] ?? fields.date),
    severity,
    provider: firstText(fields.provider, error.provider, fields.vendor, fields.service, fields.name).slice(0, 100),
    message: cut(label ? `${label}: ${message}` : message, MESSAGE_CHARS),
    sample: cut(label ? `${label}: ${words}` : words, SAMPLE_CHARS),
  }
}

const ERROR_WORDS = new Set('error err fatal critical crit alert emerg emergency panic severe'.split(' '))
const WARN_WORDS = new Set(['warn', 'warning'])
const FAILED_WORDS = new Set('error failed failure timeout timed_out'.split(' '))
/** What a terminal colours a level with (winston's colorize). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is that character which is looked for
const COLOURS = /\u001b\[\d+m/g
const PINO = { warn: 40, error: 50 }

/** By its level, and where that says nothing by what it says of its outcome. */
function severityOf(fields: Fields): 'warn' | 'error' | undefined {
  const nested = isFields(fields.log) ? fields.log.level : undefined
  const level = fields.level ?? fields.severity ?? fields.lvl ?? fields['log.level'] ?? nested
  if (typeof level === 'number' && level >= PINO.error) return 'error'
  const word = typeof level === 'string' ? level.replace(COLOURS, '').trim().toLowerCase() : ''
  if (ERROR_WORDS.has(word)) return 'error'
  if (failed(fields)) return 'error'
  return WARN_WORDS.has(word) || (typeof level === 'number' && level >= PINO.warn) ? 'warn' : undefined
}

function failed(fields: Fields): boolean {
  if (typeof fields.status === 'string' && FAILED_WORDS.has(fields.status.toLowerCase())) return true
  if (fields.success === false || fields.ok === false) return true
  return firstText(fields.error_type, fields.error_kind, fields.errorType) !== '' || (httpStatusOf(fields) ?? 0) >= 500
}

/** "rate_limit", "ECONNRESET"; that an error is an Error says nothing. */
function kindOfError(fields: Fields, error: Fields): string {
  const kind = firstText(fields.error_type, fields.error_kind, fields.errorType, error.type, error.code, error.name)
  return /^(error|exception)$/i.test(kind) ? '' : cut(normaliseMessage(kind), 60)
}

/** err, error or exception, as an object or as bare words. */
function errorOf(fields: Fields): Fields {
  const error = fields.err ?? fields.error ?? fields.exception
  if (isFields(error)) return error
  return typeof error === 'string' ? { message: error } : {}
}

function httpStatusOf({ status, status_code, statusCode, http_status }: Fields): number | undefined {
  const code = Number(http_status ?? status_code ?? statusCode ?? status)
  return Number.isInteger(code) && code >= 400 && code < 600 ? code : undefined
}

function firstText(...values: unknown[]): string {
  for (const value of values) if (typeof value === 'string' && value.trim() !== '') return cleaned(value)
  return ''
}

/** Postgres takes no NUL, and half a character is none. */
const cleaned = (text: string): string => text.slice(0, 2_000).replaceAll('\0', '').toWellFormed().trim()

const cut = (text: string, chars: number): string =>
  text.length <= chars ? text : `${text.slice(0, chars - 1).toWellFormed()}…`

/** ISO text, or seconds or milliseconds since 1970. */
function instantOf(value: unknown): Date | undefined {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
  const at = typeof number === 'number' ? new Date(number < 1e11 ? number * 1000 : number) : new Date(String(value))
  return Number.isNaN(at.getTime()) ? undefined : at
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
