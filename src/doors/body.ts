import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { Context } from 'hono'
import { Problem } from '../lib/errors.ts'

type Unpack = (packed: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const gunzipped: Unpack = promisify(gunzip)
const ENCODINGS = new Map<string, Unpack>([
  ['gzip', gunzipped],
  ['x-gzip', gunzipped],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

/**
 * The body of a request, unpacked, of at most `limit` bytes both before and after unpacking. What announces its
 * length is refused before a byte of it is read; what does not (chunked) is counted while it comes in.
 * @throws Problem 413 (too large), 415 (an encoding that is not known), 422 (not what its encoding says)
 */
export async function readBody(c: Context, limit: number): Promise<Buffer> {
  const unpack = unpackerOf(c)
  const packed = await readPacked(c, limit)
  return unpack ? unpackWithin(limit, packed, unpack) : packed
}

/** The media type of the body, of those a door takes. @throws Problem 415 */
export function bodyType<T>(c: Context, known: ReadonlyMap<string, T>): T {
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
  const found = known.get(type)
  if (found !== undefined) return found
  const named = type === '' ? 'No Content-Type' : `Content-Type ${type.slice(0, 100)}`
  throw new Problem(415, 'Unsupported media type', `${named}: this door takes ${[...known.keys()].join(', ')}.`)
}

function unpackerOf(c: Context): Unpack | undefined {
  const encoding = c.req.header('content-encoding')?.trim().toLowerCase()
  if (!encoding || encoding === 'identity') return undefined
  const unpack = ENCODINGS.get(encoding)
  if (unpack) return unpack
  throw new Problem(415, 'Unsupported encoding', 'Content-Encoding may be gzip, deflate or br.')
}

async function readPacked(c: Context, limit: number): Promise<Buffer> {
  const declared = c.req.header('content-length')
  if (declared === undefined) return readCounting(c, limit)
  if (Number(declared) > limit) throw tooLarge(limit)
  // Node hands over no more than was declared, so that the quick way of reading is safe.
  const body = Buffer.from(await c.req.arrayBuffer())
  if (body.length > limit) throw tooLarge(limit)
  return body
}

async function readCounting(c: Context, limit: number): Promise<Buffer> {
  const stream = c.req.raw.body
  if (!stream) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/** Unpacks, gzip unless told otherwise, to at most `limit` bytes. @throws Problem 413, 422 */
export async function unpackWithin(limit: number, packed: Buffer, unpack: Unpack = gunzipped): Promise<Buffer> {
  try {
    return await unpack(packed, { maxOutputLength: limit })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    throw new Problem(422, 'Broken body', 'The body is not packed as it says.')
  }
}

const tooLarge = (limit: number) =>
  new Problem(413, 'Body too large', `A body may have ${limit} bytes, unpacked or not: send less at a time.`)
