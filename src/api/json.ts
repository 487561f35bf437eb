import type { Context } from 'hono'
import type { Env } from '../env.ts'
import { etagMatches, etagOf } from '../lib/etag.ts'

/** JSON with a tag of its content: who polls what has not changed gets 304. */
export function json(c: Context<Env>, body: unknown): Response {
  const text = JSON.stringify(body)
  const etag = etagOf(text)
  c.header('ETag', etag)
  c.header('Cache-Control', 'private, no-cache')
  if (etagMatches(c.req.header('if-none-match'), etag)) return c.body(null, 304)
  return c.body(text, 200, { 'Content-Type': 'application/json; charset=utf-8' })
}
