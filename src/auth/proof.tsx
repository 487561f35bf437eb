import type { Context, Hono, MiddlewareHandler } from 'hono'
import { ConfirmPage } from '../../views/pages/confirm.tsx'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Env, Who } from '../env.ts'
import { Forbidden, isProgram, Problem } from '../lib/errors.ts'
import { clientAddress } from '../lib/security.ts'
import { authOf } from './auth.ts'
import { fieldsOf, smallBody } from './forms.ts'
import { adminOf, pageOf, requireRole } from './guards.ts'
import { safeNext } from './next.ts'
import { secondFactorOf } from './second-factor.ts'
import { checkCode, checkPassword } from './sign-in.ts'

/** How long a proof is good for. */
export const PROOF_MS = 15 * 60_000
const CONFIRM_PATH = '/dashboard/confirm'
/** Fields of the question itself; all others are those of the form that was sent. */
export const PROOF_FIELDS = ['proof_password', 'proof_code'] as const

/**
 * For what destroys, or hands out power: whoever has been signed in for longer than a quarter of an hour is asked once
 * more who they are, and what they had sent goes on from there. Behind `requireRole` and the limit of the body. Keys pass:
 * they have nobody to ask.
 */
export function requireRecentProof(deps: Deps): MiddlewareHandler<Env> {
  return async (c, next) => {
    const who = c.get('who')
    if (who?.kind !== 'admin' || isProved(who)) return next()
    if (c.req.header('hx-request')) return askElsewhere(c)
    if (isProgram(c)) throw notProved()
    const sent = await formOf(c)
    const problem = await proveBy(c, deps, who, Object.fromEntries(sent))
    if (problem === null) {
      c.set('who', { ...who, provedAt: new Date() })
      return next()
    }
    return confirmPage(c, deps, who, { action: c.req.path + new URL(c.req.url).search, sent, ...problem })
  }
}

/** The same for whoever has no page to be asked on. Keys pass. @throws Forbidden that says where one proves it */
export function refuseUnproved(who: Who): void {
  if (who.kind === 'admin' && !isProved(who)) throw notProved()
}

const notProved = () => new Forbidden(`This needs a fresh proof of who you are: ${CONFIRM_PATH} asks for it.`)

/** The question by itself, for buttons that are not forms: afterwards one presses them again. */
export function mountProof(app: Hono<Env>, deps: Deps): void {
  const self = requireRole('viewer')
  const ask = (c: Context<Env>, next: string, problem: Outcome = {}) =>
    confirmPage(c, deps, adminOf(c), { action: CONFIRM_PATH, sent: [['next', next]], ...problem })

  app.get(CONFIRM_PATH, self, (c) => ask(c, safeNext(c.req.query('next')), { status: 200 }))
  app.post(CONFIRM_PATH, self, smallBody, async (c) => {
    const fields = await fieldsOf(c)
    const next = safeNext(fields.next)
    const problem = await proveBy(c, deps, adminOf(c), fields)
    if (problem === null) return c.redirect(next, 303)
    return ask(c, next, problem.error ? problem : { error: 'It is empty.', status: 422 })
  })
}

/** Whether the last proof still counts. */
export function isProved({ provedAt }: Pick<AdminWho, 'provedAt'>): boolean {
  return provedAt !== undefined && Date.now() - provedAt.getTime() < PROOF_MS
}

interface Outcome {
  error?: string
  status?: 200 | 403 | 422 | 429
}

/** Takes what proves it out of a form; null = proved. */
async function proveBy(
  c: Context<Env>,
  deps: Deps,
  admin: AdminWho,
  fields: Record<string, unknown>,
): Promise<Outcome | null> {
  const [password, code] = PROOF_FIELDS.map((name) => (typeof fields[name] === 'string' ? fields[name] : ''))
  if (!password && !code) return { status: 403 }
  const ip = clientAddress(c, deps.config.trustProxy)
  const proof = (await secondFactorOf(deps.db.sql, admin.id))
    ? await checkCode(deps, admin, { code: code ?? '', ip })
    : await checkPassword(deps, { email: admin.email, password: password ?? '', ip })
  if (proof.ok) {
    await authOf(deps).sessions.prove(admin.sessionId)
    await audit(deps.db.sql, { actor: `admin:${admin.id}`, action: 'login.proof', detail: { ip } })
    return null
  }
  if (proof.retryAfter === undefined) return { error: 'That is not right.', status: 422 }
  c.header('Retry-After', String(proof.retryAfter))
  return { error: `Too many wrong ones: wait ${Math.ceil(proof.retryAfter / 60)} minutes.`, status: 429 }
}

/** What was sent, field by field; files cannot wait in a form. */
async function formOf(c: Context<Env>): Promise<[string, string][]> {
  if (!/form/.test(c.req.header('content-type') ?? '')) return []
  try {
    return [...(await c.req.formData())].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
  } catch {
    throw new Problem(422, 'Broken body', 'A form was expected.')
  }
}

async function confirmPage(
  c: Context<Env>,
  deps: Deps,
  admin: AdminWho,
  { action, sent, error, status = 403 }: Outcome & { action: string; sent: [string, string][] },
): Promise<Response> {
  const kept = sent.filter(([name]) => !(PROOF_FIELDS as readonly string[]).includes(name))
  const byCode = (await secondFactorOf(deps.db.sql, admin.id)) !== null
  c.header('Cache-Control', 'private, no-store')
  const { theme } = admin.preferences
  return c.html(
    <ConfirmPage action={action} kept={kept} byCode={byCode} email={admin.email} error={error} theme={theme} />,
    status,
  )
}

function askElsewhere(c: Context<Env>): Response {
  const next = safeNext(pageOf(c.req.header('hx-current-url')))
  c.header('HX-Redirect', `${CONFIRM_PATH}?next=${encodeURIComponent(next)}`)
  return c.body(null, 403)
}
