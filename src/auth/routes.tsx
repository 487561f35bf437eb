import type { Context, Hono } from 'hono'
import { CodePage, LoginPage } from '../../views/pages/login.tsx'
import { SetupPage } from '../../views/pages/setup.tsx'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { clientAddress } from '../lib/security.ts'
import { mountAccount } from './account.tsx'
import { mountAdmins } from './admins-routes.tsx'
import { authOf } from './auth.ts'
import { fieldsOf, smallBody } from './forms.ts'
import { mountKeys } from './keys-routes.tsx'
import { safeNext } from './next.ts'
import { mountReset } from './reset-routes.tsx'
import { createFirstOwner, isSetupOpen, linkIsOver } from './setup.ts'
import { checkCredentials, checkSecondStep, createToken, openStep, type SignIn, sealStep } from './sign-in.ts'

/** Signing in and out, the first owner, tokens for programs, and one's own account. */
export function mountAuth(app: Hono<Env>, deps: Deps): void {
  mountLogin(app, deps)
  mountReset(app, deps)
  mountSetup(app, deps)
  mountToken(app, deps)
  mountAccount(app, deps)
  mountAdmins(app, deps)
  mountKeys(app, deps)
}

function mountLogin(app: Hono<Env>, deps: Deps): void {
  const { sessions } = authOf(deps)
  app.get('/login', (c) => {
    const next = safeNext(c.req.query('next'))
    if (c.get('who')?.kind === 'admin') return c.redirect(next, 303)
    const note = c.req.query('done') === 'password' ? 'The password is saved: sign in with it.' : undefined
    return page(c, <LoginPage next={next} note={note} />)
  })
  app.post('/login', smallBody, async (c) => {
    const { email = '', password = '', next } = await fieldsOf(c)
    const result = await checkCredentials(deps, { email, password, ip: clientAddress(c, deps.config.trustProxy) })
    if (!result.ok && result.codeFor)
      return page(c, <CodePage next={safeNext(next)} step={sealStep(deps, result.codeFor)} />)
    if (!result.ok) {
      const { status, message, retryAfter } = failureOf(result)
      if (retryAfter) c.header('Retry-After', String(retryAfter))
      return page(c, <LoginPage next={safeNext(next)} email={email.slice(0, 254)} error={message} />, status)
    }
    await openSession(c, deps, result.admin.id)
    return c.redirect(safeNext(next), 303)
  })
  app.post('/login/code', smallBody, async (c) => {
    const { step = '', code = '', next } = await fieldsOf(c)
    const admin = await openStep(deps, step)
    if (!admin)
      return page(c, <LoginPage next={safeNext(next)} error="That took too long: begin again, please." />, 401)
    const result = await checkSecondStep(deps, admin, { code, ip: clientAddress(c, deps.config.trustProxy) })
    if (!result.ok) {
      const { status, message, retryAfter } = failureOf(result, 'This code is wrong, or was used already.')
      if (retryAfter) c.header('Retry-After', String(retryAfter))
      return page(c, <CodePage next={safeNext(next)} step={step} error={message} />, status)
    }
    await openSession(c, deps, result.admin.id)
    return c.redirect(safeNext(next), 303)
  })
  app.post('/logout', async (c) => {
    c.header('Set-Cookie', await sessions.close(c.req.header('cookie')))
    return c.redirect('/login', 303)
  })
}

function mountSetup(app: Hono<Env>, deps: Deps): void {
  app.get('/setup', async (c) => {
    const token = c.req.query('token') ?? ''
    if (!(await isSetupOpen(deps, token))) throw linkIsOver()
    return page(c, <SetupPage token={token} />)
  })
  app.post('/setup', smallBody, async (c) => {
    const { token = '', email = '', name, password = '' } = await fieldsOf(c)
    if (!(await isSetupOpen(deps, token))) throw linkIsOver()
    try {
      const owner = await createFirstOwner(deps, token, { email, name, password })
      await openSession(c, deps, owner.id)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error
      return page(c, <SetupPage token={token} email={email} name={name} error={error.detail} />, 422)
    }
    return c.redirect('/dashboard', 303)
  })
}

function mountToken(app: Hono<Env>, deps: Deps): void {
  app.post('/api/auth/login', smallBody, async (c) => {
    const { email = '', password = '', code } = await fieldsOf(c)
    const ip = clientAddress(c, deps.config.trustProxy)
    const result = await checkCredentials(deps, { email, password, code, ip })
    if (!result.ok) {
      const { status, title, message, retryAfter } = failureOf(result)
      throw new Problem(status, title, message, retryAfter)
    }
    const { token, expiresInSeconds } = await createToken(deps, result.admin)
    c.header('Cache-Control', 'no-store')
    return c.json({ token, token_type: 'Bearer', expires_in: expiresInSeconds })
  })
}

/** A new session instead of the one that came along: what was known before signing in opens nothing after it. */
async function openSession(c: Context<Env>, deps: Deps, adminId: string): Promise<void> {
  const { sessions } = authOf(deps)
  await sessions.close(c.req.header('cookie'))
  const ip = clientAddress(c, deps.config.trustProxy)
  const { setCookie } = await sessions.open(adminId, { ip, userAgent: c.req.header('user-agent') ?? '' })
  // It replaces a renewal of the old session that may be prepared already.
  c.header('Set-Cookie', setCookie)
}

interface Failure {
  status: 401 | 429
  title: string
  message: string
  retryAfter?: number
}

const WRONG = 'E-mail address or password is wrong.'

function failureOf({ retryAfter, codeFor }: Extract<SignIn, { ok: false }>, wrong = WRONG): Failure {
  if (codeFor)
    return { status: 401, title: 'A code is needed', message: 'This account signs in in two steps: send code as well.' }
  if (retryAfter === undefined) return { status: 401, title: 'Not signed in', message: wrong }
  const minutes = Math.ceil(retryAfter / 60)
  const message = `Too many failed sign-ins. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`
  return { status: 429, title: 'Too many failed sign-ins', message, retryAfter }
}

function page(c: Context<Env>, body: ReturnType<typeof LoginPage>, status: 200 | 401 | 422 | 429 = 200) {
  c.header('Cache-Control', 'no-store')
  return c.html(body, status)
}
