import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, MiddlewareHandler } from 'hono'
import type { Env } from '../env.ts'
import { Forbidden } from './errors.ts'

/** No inline script or style anywhere, so no nonce is needed; Tabler's stylesheet draws its marks from data: images. */
export const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE_HEADERS: [string, string][] = [
  ['Content-Security-Policy', PAGE_POLICY],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  // 'no-referrer' would make browsers send "Origin: null" with forms, which the origin check refuses.
  ['Referrer-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
]

/** What is pushed to us, by programs: no cookie counts there, and no page comes back. */
const DOOR_PATH = /^\/(v1|ingest|batch|capture|i|e|s|flags|decide|array|webhooks)(\/|$)/

/** Small JSON thousands of times a second, and pieces of pages: two headers say all that matters there. */
export const LEAN_HEADERS: Record<string, string> = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}

export function isDoor(path: string): boolean {
  return DOOR_PATH.test(path)
}

/** Sets the security headers of every answer; HSTS only where the site is served by https. */
export function secureHeaders(baseUrl: string | undefined): MiddlewareHandler<Env> {
  const https: [string, string][] = baseUrl?.startsWith('https:')
    ? [['Strict-Transport-Security', 'max-age=31536000']]
    : []
  const page = [...PAGE_HEADERS, ...https]
  return async (c, next) => {
    for (const [name, value] of page) c.header(name, value)
    await next()
    if (c.res.headers.has('Content-Security-Policy')) return
    // A handler that made its own Response has lost what was prepared.
    for (const [name, value] of page) if (!c.res.headers.has(name)) c.res.headers.set(name, value)
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

export function isUnsafe(method: string): boolean {
  return !SAFE_METHODS.has(method)
}

/**
 * Refuses unsafe requests that another site made a browser send (CSRF). Programs with a Bearer key are exempt:
 * nobody can make a browser add that header, while Basic credentials it remembers and sends along like a cookie. A
 * request with a cookie must prove where it comes from.
 */
export function checkOrigin(baseUrl: string | undefined): MiddlewareHandler<Env> {
  const own = baseUrl ? new URL(baseUrl).origin : undefined
  return async (c, next) => {
    const exempt = !isUnsafe(c.req.method) || isBearer(c.req.header('authorization')) || isDoor(c.req.path)
    if (!exempt && !isSameOrigin(c, own)) throw new Forbidden('This request came from another site.')
    await next()
  }
}

const isBearer = (authorization = ''): boolean => /^bearer /i.test(authorization)

function isSameOrigin(c: Context, own: string | undefined): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = c.req.header('origin')
  if (origin === undefined) return c.req.header('cookie') === undefined
  if (origin === own) return true
  return URL.canParse(origin) && new URL(origin).host === (c.req.header('host') ?? new URL(c.req.url).host)
}

/** Whose request it is, by address. Behind a proxy that is the last hop it names, if the setting says to trust it. */
export function clientAddress(c: Context, trustProxy = false): string {
  if (trustProxy) {
    const hops = c.req.header('x-forwarded-for')?.split(',')
    const last = hops?.at(-1)?.trim()
    if (last) return last.slice(0, 60)
  }
  // Requests of tests come without a socket.
  return (c.env?.incoming && getConnInfo(c).remote.address) || 'unknown'
}
