import type { Context, Hono, MiddlewareHandler } from 'hono'
import type { Deps } from '../context.ts'
import { type AdminWho, type Env, type KeyScope, ROLES, type Role, type Who } from '../env.ts'
import { Forbidden, isProgram, Problem } from '../lib/errors.ts'

/** Who may use a route: admins from `role` up, and keys with `scope`. Absent = none of that kind. */
export interface Rule {
  role?: Role
  scope?: KeyScope
}

const rules = new WeakMap<object, Rule>()

/** Guards a route, and leaves its rule where a test finds it. */
export function allow(rule: Rule): MiddlewareHandler<Env> {
  const guard: MiddlewareHandler<Env> = async (c, next) => {
    const who = c.get('who')
    if (!who) return signInFirst(c)
    if (!isAllowed(rule, who)) throw refusal(rule, who)
    await next()
  }
  rules.set(guard, rule)
  return guard
}

/** Admins only, from this role up. */
export function requireRole(role: Role): MiddlewareHandler<Env> {
  return allow({ role })
}

const ROLE_FOR_SCOPE: Record<KeyScope, Role | undefined> = { read: 'viewer', act: 'operator', ingest: undefined }

/** Keys with the scope, and the admins whose role means as much; ingest is for keys alone. */
export function requireScope(scope: KeyScope): MiddlewareHandler<Env> {
  return allow({ scope, role: ROLE_FOR_SCOPE[scope] })
}

/** Whether a rule lets somebody in. */
export function isAllowed(rule: Rule, who: Who): boolean {
  if (who.kind === 'admin') return rule.role !== undefined && reaches(who.role, rule.role)
  if (rule.scope === undefined || !who.scopes.includes(rule.scope)) return false
  // A token is somebody who signed in: what their role does not reach, it does not either.
  return who.role === undefined || rule.role === undefined || reaches(who.role, rule.role)
}

const reaches = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed)

/** Why a role does not reach, in a sentence for whoever asks; undefined = it does. */
export function whyNotRole(who: Who, role: Role): string | undefined {
  if (isAllowed({ role, scope: 'act' }, who)) return undefined
  if (who.kind === 'key' && !who.scopes.includes('act')) return 'This key may only read.'
  return needsRole(role, who.role)
}

/** Why nobody may change anything, where that is so. */
export const READ_ONLY = 'Quarterdeck runs with READ_ONLY=1.'

/** Why somebody may change nothing that this role may: it is read only, or their role does not reach; undefined = they may. */
export function whyNotChange({ config }: Pick<Deps, 'config'>, who: Who, role: Role): string | undefined {
  return config.readOnly ? READ_ONLY : whyNotRole(who, role)
}

const needsRole = (needed: Role | undefined, role: Role | undefined): string =>
  `This needs the role ${needed}; yours is ${role ?? 'none'}.`

/** The admin of a request behind requireRole. */
export function adminOf(c: Context<Env>): AdminWho {
  const who = c.get('who')
  if (who?.kind !== 'admin') throw new Forbidden('This page is for people who are signed in.')
  return who
}

/** Who asks, behind any guard. */
export function whoOf(c: Context<Env>): Who {
  const who = c.get('who')
  if (!who) throw unauthorized(c)
  return who
}

/** 'admin:ID' or 'key:ID', for the audit log and started_by. */
export function actorOf(who: Who | null): string {
  return who ? `${who.kind}:${who.id}` : 'anonymous'
}

/** The routes of an app with their rules; undefined = anybody may. Middleware for all paths is left out. */
export function rulesOf(app: Hono<Env>): { method: string; path: string; rule: Rule | undefined }[] {
  const found = new Map<string, { method: string; path: string; rule: Rule | undefined }>()
  for (const { method, path, handler } of app.routes) {
    if (method === 'ALL' && path === '/*') continue
    const key = `${method} ${path}`
    found.set(key, { method, path, rule: found.get(key)?.rule ?? rules.get(handler) })
  }
  return [...found.values()]
}

/** 401 with what would be accepted. The Basic challenge would open a dialog in browsers, so only programs get it. */
export function unauthorized(c: Context<Env>): Problem {
  const given = c.req.header('authorization') !== undefined
  const detail = given ? 'This key is unknown, expired or revoked.' : 'A key is needed: Authorization: Bearer qd_…'
  const challenge = 'Bearer realm="quarterdeck", Basic realm="quarterdeck", charset="UTF-8"'
  return new Problem(401, 'Not signed in', detail, undefined, { 'WWW-Authenticate': challenge })
}

function refusal(rule: Rule, who: Who): Forbidden {
  if (who.kind === 'key') {
    if (!rule.scope) return new Forbidden('This address is for people, not for keys.')
    if (who.role && who.scopes.includes(rule.scope))
      return new Forbidden(`This needs the role ${rule.role}; that of this token is ${who.role}.`)
    return new Forbidden(`This key has the scope ${who.scopes.join(', ')}; this address needs ${rule.scope}.`)
  }
  if (!rule.role) return new Forbidden('This address is for programs with a key.')
  return new Forbidden(needsRole(rule.role, who.role))
}

function signInFirst(c: Context<Env>): Response {
  if (c.req.header('hx-request')) {
    // A poll of a page whose session ended: the whole page goes to the sign-in and comes back.
    c.header('HX-Redirect', `/login?next=${encodeURIComponent(pageOf(c.req.header('hx-current-url')))}`)
    return c.body(null, 401)
  }
  if (isProgram(c)) throw unauthorized(c)
  const next = c.req.method === 'GET' ? c.req.path + new URL(c.req.url).search : '/dashboard'
  return c.redirect(`/login?next=${encodeURIComponent(next)}`, 303)
}

/** The path of the page that a polled part or a background form stands on. */
export function pageOf(url: string | undefined): string {
  if (!url || !URL.canParse(url)) return '/dashboard'
  const { pathname, search } = new URL(url)
  return pathname + search
}
