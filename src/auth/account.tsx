import type { Context, Hono } from 'hono'
import type { WrongField } from '../../views/pages/account.tsx'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { type Env, type Preferences, THEMES, type Theme } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { clientAddress } from '../lib/security.ts'
import { accountPage } from './account-page.tsx'
import { changePassword, savePreferences } from './admins.ts'
import { authOf } from './auth.ts'
import { fieldsOf, smallBody } from './forms.ts'
import { adminOf, requireRole } from './guards.ts'
import { safeNext } from './next.ts'
import { mountProof } from './proof.tsx'
import { checkPassword } from './sign-in.ts'
import { mountTwoSteps } from './two-steps.tsx'

/** One's own account: where one is signed in, and how the dashboard looks. */
export function mountAccount(app: Hono<Env>, deps: Deps): void {
  const { keys, sessions } = authOf(deps)
  const self = requireRole('viewer')
  mountProof(app, deps)
  mountTwoSteps(app, deps)

  app.get('/dashboard/account', self, (c) => accountPage(c, deps, { done: c.req.query('done') }))

  app.post('/dashboard/account/sessions/revoke-others', self, async (c) => {
    const admin = adminOf(c)
    const others = (await sessions.list(admin.id)).filter(({ id }) => id !== admin.sessionId)
    await sessions.revokeAll(admin.id, admin.sessionId)
    await audit(deps.db.sql, { actor: `admin:${admin.id}`, action: 'session.revoke', detail: { count: others.length } })
    return c.redirect('/dashboard/account', 303)
  })

  app.post('/dashboard/account/sessions/:id/revoke', self, async (c) => {
    const admin = adminOf(c)
    const id = c.req.param('id')
    if (!/^[0-9a-f]{64}$/.test(id) || !(await sessions.revoke(admin.id, id)))
      throw new NotFound('This session has ended already.')
    await audit(deps.db.sql, { actor: `admin:${admin.id}`, action: 'session.revoke', detail: { count: 1 } })
    return c.redirect(id === admin.sessionId ? '/login' : '/dashboard/account', 303)
  })

  app.post('/dashboard/account/password', self, smallBody, async (c) => {
    const admin = adminOf(c)
    const { current = '', password = '' } = await fieldsOf(c)
    const ip = clientAddress(c, deps.config.trustProxy)
    const result = await checkPassword(deps, { email: admin.email, password: current, ip })
    if (!result.ok) return accountPage(c, deps, { wrong: wrongPassword(c, result.retryAfter) })
    try {
      await changePassword(deps.db.sql, admin, password)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error
      return accountPage(c, deps, { wrong: { field: 'password', text: error.detail, status: 422 } })
    }
    keys.forget()
    await sessions.revokeAll(admin.id, admin.sessionId)
    await sessions.prove(admin.sessionId)
    return c.redirect('/dashboard/account?done=password', 303)
  })

  app.post('/dashboard/preferences', self, smallBody, async (c) => {
    const admin = adminOf(c)
    const fields = await fieldsOf(c)
    await savePreferences(deps.db.sql, admin.id, preferencesOf(fields))
    sessions.forget(admin.sessionId)
    const back = fields.back ? safeNext(fields.back) : '/dashboard/account'
    return isPageForm(c) ? c.redirect(back, 303) : c.body(null, 204)
  })
}

function wrongPassword(c: Context<Env>, retryAfter: number | undefined): WrongField {
  if (retryAfter === undefined) return { field: 'current', text: 'The current password is wrong.', status: 422 }
  c.header('Retry-After', String(retryAfter))
  return { field: 'current', text: 'Too many wrong passwords: wait a while.', status: 429 }
}

const ON = new Set(['on', 'true', '1'])
const OFF = new Set(['off', 'false', '0'])

/** Only what is named changes. @throws Problem 422 for a value that is none. */
function preferencesOf(fields: Record<string, string>): Preferences {
  const { theme, refresh, columns } = fields
  const change: Preferences = {}
  if (theme !== undefined) {
    if (!THEMES.includes(theme as Theme)) throw new Problem(422, 'Unknown theme', `Themes are ${THEMES.join(', ')}.`)
    change.theme = theme as Theme
  }
  if (refresh !== undefined) {
    if (!ON.has(refresh) && !OFF.has(refresh)) throw new Problem(422, 'Unknown value', 'refresh is on or off.')
    change.refresh = ON.has(refresh)
  }
  if (columns !== undefined) change.userColumns = columns === 'users' ? columnsOf(fields) : null
  return change
}

const COLUMN = /^column\.([a-z]{1,20})$/

/** The columns that are ticked; which of them there are is for the list to say. */
const columnsOf = (fields: Record<string, string>): string[] =>
  Object.keys(fields)
    .flatMap((name) => COLUMN.exec(name)?.[1] ?? [])
    .slice(0, 30)

/** The account page's own form wants a page back; the switches of the frame send in the background. */
function isPageForm(c: Context<Env>): boolean {
  return (c.req.header('accept') ?? '').includes('text/html')
}
