import type { Context, Hono, MiddlewareHandler } from 'hono'
import { z } from 'zod'
import { audit } from '../audit/audit.ts'
import { smallBody } from '../auth/forms.ts'
import { actorOf, allow, whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env, KeyWho } from '../env.ts'
import { Forbidden, Problem } from '../lib/errors.ts'
import { readJson } from './body.ts'
import { findMaker } from './makers.ts'
import { operation, serve } from './operation.ts'
import { isPlain, isSigned, SIGNED, sign } from './signature.ts'

const DAY_S = 86_400
const LONGEST_S = 366 * DAY_S
/** What a link can open: numbers and rows, to be read. */
const SIGNABLE = ['/exports/', '/api/metrics/', '/api/metrics']

const asked = z.strictObject({
  path: z
    .string()
    .max(4_000)
    .meta({
      description: 'Path and query of an address under /exports or /api/metrics.',
      examples: ['/exports/metrics.csv?metrics=users.dau,revenue.mrr'],
    }),
  expires_in: z
    .number()
    .int()
    .min(60)
    .max(LONGEST_S)
    .default(30 * DAY_S)
    .meta({ description: 'Seconds that the link is good for. Default: 30 days.' }),
})

export const makeSignedUrl = operation({
  method: 'post',
  path: '/api/signed-urls',
  tag: 'Links',
  summary: 'A link that opens without a key, for spreadsheets',
  details:
    'It reads what its maker may read, of the same tenants, and nothing else than this very address. It ends when its time is over, and as soon as its maker’s key is revoked or their account is disabled.',
  body: asked,
  answer: {
    type: 'application/json',
    status: 201,
    schema: z.strictObject({ url: z.url(), expires_at: z.iso.datetime() }),
  },
})

export function mountSignedUrls(app: Hono<Env>, deps: Deps): void {
  serve(app, makeSignedUrl, [allow({ scope: 'read', role: 'viewer' }), smallBody], async (c) => {
    const { path, expires_in } = await readJson(c, asked)
    const { link, expiresAt } = await makeLink(c, deps, path, expires_in)
    await audit(deps.db.sql, {
      actor: actorOf(whoOf(c)),
      action: 'signed-url.create',
      target: link.pathname,
      detail: { expiresAt },
    })
    c.header('Cache-Control', 'no-store')
    return c.json({ url: link.href, expires_at: expiresAt.toISOString() }, 201)
  })
}

/** Lets a signed link in as what its maker is now; any other request goes by. */
export function acceptSignedUrls(app: Hono<Env>, deps: Deps): void {
  const accept: MiddlewareHandler<Env> = async (c, next) => {
    // Who is signed in as well is judged by the link all the same: it may lead further than their own account, or less far.
    if (c.req.query(SIGNED.signature) !== undefined) c.set('who', await bearerOf(c, deps))
    await next()
  }
  for (const path of SIGNABLE.filter((prefix) => prefix.endsWith('/'))) app.use(`${path}*`, accept)
}

async function makeLink(c: Context<Env>, deps: Deps, path: string, seconds: number) {
  const who = whoOf(c)
  const link = parsedLink(path, deps.config.baseUrl)
  const { searchParams: query } = link
  // Written down, so that the link never shows more than today, should its maker be bound to fewer tenants or to none.
  if (who.tenants !== null || query.get('tenant')) query.set('tenant', scopeOf(who, query.get('tenant') ?? undefined))
  const by = actorOf(who)
  const maker = await findMaker(deps, by)
  const now = deps.now()
  const until = Math.min(now.getTime() + seconds * 1_000, maker?.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
  const expires = Math.floor(until / 1_000)
  query.set(SIGNED.by, by)
  query.set(SIGNED.expires, String(expires))
  sign({ path: link.pathname, query }, deps.config)
  return { link, expiresAt: new Date(expires * 1_000) }
}

function parsedLink(path: string, baseUrl: string): URL {
  const link = path.startsWith('/') && URL.canParse(path, baseUrl) ? new URL(path, baseUrl) : undefined
  const known = link?.origin === new URL(baseUrl).origin && isSignable(link.pathname) && isPlain(link.searchParams)
  if (!link || !known)
    throw new Problem(422, 'Not to be signed', 'path: only addresses under /exports and /api/metrics can be signed.')
  for (const name of Object.values(SIGNED)) link.searchParams.delete(name)
  link.hash = ''
  return link
}

/** Whether a path can be signed. */
export const isSignable = (path: string): boolean =>
  !path.includes('%') && SIGNABLE.some((prefix) => (prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix))

/** @throws Forbidden for a link that does not hold, with the reason where it was one of ours */
async function bearerOf(c: Context<Env>, deps: Deps): Promise<KeyWho> {
  const query = new URL(c.req.url).searchParams
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  const link = { path: c.req.path, query }
  if (!isRead || !isSignable(link.path) || !isPlain(query) || !isSigned(link, deps.config))
    throw new Forbidden('This link is not one of ours, or it was changed.')
  if (Number(query.get(SIGNED.expires)) * 1_000 <= deps.now().getTime()) throw new Forbidden('This link has expired.')
  const by = query.get(SIGNED.by) ?? ''
  const maker = await findMaker(deps, by)
  if (!maker) throw new Forbidden('Who made this link may no longer read: make another one.')
  return { kind: 'key', id: `link:${by}`, name: 'a signed link', scopes: ['read'], tenants: maker.tenants }
}
