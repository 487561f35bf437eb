import type { Context, Hono } from 'hono'
import { builtAsset } from '../assets.ts'
import type { Env } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { etagMatches } from '../lib/etag.ts'

const HEADERS = {
  'Content-Type': 'text/javascript; charset=utf-8',
  // Its address never changes, so that a new version has to reach everybody within the hour.
  'Cache-Control': 'public, max-age=3600, stale-while-revalidate=86400',
  'X-Content-Type-Options': 'nosniff',
  // Pages of any origin may run it, isolated ones (COEP) and those that check its hash (SRI) too.
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Allow-Origin': '*',
  'Timing-Allow-Origin': '*',
  Vary: 'Accept-Encoding',
}

/** GET /q.js: the script for the pages of a product. */
export function mountBrowserScript(app: Hono<Env>): void {
  app.get('/q.js', serveScript)
}

/** A Response of its own: what a session put on the context (a renewed cookie) must not be cached by others. */
async function serveScript(c: Context<Env>): Promise<Response> {
  const script = await builtAsset('q.js', c.req.header('accept-encoding') ?? '')
  if (!script) throw new NotFound('The script has not been built: npm run build makes it.')
  const etag = `W/"${script.file}"`
  const headers = { ...HEADERS, ETag: etag }
  if (etagMatches(c.req.header('if-none-match'), `"${script.file}"`))
    return new Response(null, { status: 304, headers })
  const coding: Record<string, string> = script.coding ? { 'Content-Encoding': script.coding } : {}
  return new Response(script.body, { headers: { ...headers, ...coding } })
}
