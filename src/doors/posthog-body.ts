import type { Context } from 'hono'
import { Problem } from '../lib/errors.ts'
import { bodyType, readBody, unpackWithin } from './body.ts'
import { parseJson } from './parse.ts'

// Browser clients choose types for which a browser asks no leave of the server first; a beacon of bytes has none.
const TYPES = new Map(
  ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', ''].map(
    (type) => [type, true] as const,
  ),
)
const FORM = Buffer.from('data=')
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b

/**
 * What a PostHog client sent, unpacked. Of its ways to pack (`Content-Encoding: gzip`, `?compression=gzip-js`, base64 in
 * a form's `data`) the bytes themselves tell which it was; the query is not always there.
 * @throws Problem 413, 415, 422
 */
export async function readPosthogBody(c: Context, limit: number): Promise<unknown> {
  bodyType(c, TYPES)
  return parseJson(await unwrap(await readBody(c, limit), limit))
}

async function unwrap(body: Buffer, limit: number): Promise<Buffer> {
  const bytes = startsWith(body, FORM) ? formData(body) : body
  if (isGzip(bytes)) return unpackWithin(limit, bytes)
  if (bytes[0] === OPEN_BRACE || bytes[0] === OPEN_BRACKET) return bytes
  const decoded = Buffer.from(bytes.toString('latin1'), 'base64')
  if (decoded[0] === OPEN_BRACE || decoded[0] === OPEN_BRACKET) return decoded
  // What is neither is left for the JSON parser to refuse in its own words.
  return isGzip(decoded) ? unpackWithin(limit, decoded) : bytes
}

/** A form's `data`. Clients that do not escape the + of base64 turn it into a space. */
function formData(body: Buffer): Buffer {
  const data = new URLSearchParams(body.toString()).get('data')
  if (!data) throw new Problem(422, 'Broken body', 'The form has no "data".')
  return Buffer.from(/^[{[]/.test(data) ? data : data.replaceAll(' ', '+'))
}

const startsWith = (bytes: Buffer, start: Buffer): boolean => bytes.subarray(0, start.length).equals(start)
const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b
