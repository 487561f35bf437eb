import type { Context, Hono } from 'hono'
import { Layout } from '../../views/layout.tsx'
import { AccountPage } from '../../views/pages/account.tsx'
import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { type Env, type Preferences, THEMES, type Theme } from '../env.ts'
import { frameOf } from '../frame-of.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { clientAddress } from '../lib/security.ts'
import { changePassword, savePreferences } from './admins.ts'
import { authOf } from './auth.ts'
import { deviceName } from './device.ts'
import { fieldsOf, smallBody } from './forms.ts'
import { adminOf, requireRole } from './guards.ts'
import { checkCredentials } from './sign-in.ts'

/** One's own account: where one is signed in, and how the dashboard looks. */
export function mountAccount(app: Hono<Env>, deps: Deps): void {
  const { keys, sessions } = authOf(deps)
  const self = requireRole('viewer')

  app.get('/dashboard/account', self, async (c) => {
    const admin = adminOf(c)
    const list = (await sessions.list(admin.id)).map((session) => ({
      ...session,
      device: deviceName(session.userAgent),
      current: session.id === admin.sessionId,
    }))
    c.header('Cache-Control', 'private, no-store')
    return c.html(
      <Layout title="Account" page="/dashboard/account" {...(await frameOf(deps, admin))}>
        <AccountPage admin={admin} sessions={list} />
      </Layout>,
    )
  })

  app.post('/dashboard/account/sessions/revoke-others', self, async (c) => {
    const admin = adminOf(c)
    const others = (await sessions.list(admin.id)).filter(({ id }) => id !== admin.sessionId)
    for (const { id } of others) await sessions.revoke(admin.id, id)
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
    const result = await checkCredentials(deps, {
      email: admin.email,
      password: current,
      ip: clientAddress(c, deps.config.trustProxy),
    })
    if (!result.ok) {
      const detail = result.retryAfter ? 'Too many wrong passwords: wait a while.' : 'The current password is wrong.'
      throw new Problem(result.retryAfter ? 429 : 422, 'Password not changed', detail, result.retryAfter)
    }
    await changePassword(deps.db.sql, admin, password)
    keys.forget()
    for (const { id } of await sessions.list(admin.id)) if (id !== admin.sessionId) await sessions.revoke(admin.id, id)
    return c.redirect('/dashboard/account', 303)
  })

  app.post('/dashboard/preferences', self, smallBody, async (c) => {
    const admin = adminOf(c)
    await savePreferences(deps.db.sql, admin.id, preferencesOf(await fieldsOf(c)))
    sessions.forget(admin.sessionId)
    return isPageForm(c) ? c.redirect('/dashboard/account', 303) : c.body(null, 204)
  })
}

const ON = new Set(['on', 'true', '1'])
const OFF = new Set(['off', 'false', '0'])

/** Only what is named changes. @throws Problem 422 for a value that is none. */
function preferencesOf({ theme, refresh }: Record<string, string>): Preferences {
  const change: Preferences = {}
  if (theme !== undefined) {
    if (!THEMES.includes(theme as Theme)) throw new Problem(422, 'Unknown theme', `Themes are ${THEMES.join(', ')}.`)
    change.theme = theme as Theme
  }
  if (refresh !== undefined) {
    if (!ON.has(refresh) && !OFF.has(refresh)) throw new Problem(422, 'Unknown value', 'refresh is on or off.')
    change.refresh = ON.has(refresh)
  }
  return change
}

/** The account page's own form wants a page back; the switches of the frame send in the background. */
function isPageForm(c: Context<Env>): boolean {
  return (c.req.header('accept') ?? '').includes('text/html')
}
