import type { Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import type { WrongField } from '../../views/pages/account.tsx'
import { CodesPage, TwoStepsPage } from '../../views/pages/two-steps.tsx'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { clientAddress } from '../lib/security.ts'
import { sendFramed } from '../send-framed.tsx'
import { accountPage } from './account-page.tsx'
import { fieldsOf, smallBody } from './forms.ts'
import { adminOf, requireRole } from './guards.ts'
import { requireRecentProof } from './proof.tsx'
import { disableSecondFactor, enableSecondFactor, openFromForm, renewCodes, sealForForm } from './second-factor.ts'
import { checkCode, checkPassword } from './sign-in.ts'
import { newTotpSecret, qrPath, totpUri } from './totp.ts'

export const TWO_STEPS_PATH = '/dashboard/account/two-steps'
const ACCOUNT_PATH = '/dashboard/account'

/** Signing in in two steps: on, other recovery codes, off. One's own only; others' see admins-routes. */
export function mountTwoSteps(app: Hono<Env>, deps: Deps): void {
  const guards = [requireRole('viewer'), smallBody, requireRecentProof(deps)] as const

  // A POST, so that reading an address never shows a secret.
  app.post(TWO_STEPS_PATH, ...guards, (c) => enrolPage(c, deps, newTotpSecret()))

  app.post(`${TWO_STEPS_PATH}/on`, ...guards, async (c) => {
    const admin = adminOf(c)
    const { sealed = '', code = '' } = await fieldsOf(c)
    const secret = openFromForm(deps, admin.id, sealed)
    if (secret === undefined) return enrolPage(c, deps, newTotpSecret(), 'That form was too old: scan this new code.')
    try {
      return codesPage(c, deps, await enableSecondFactor(deps, admin.id, secret, code))
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error
      return enrolPage(c, deps, secret, error.detail)
    }
  })

  app.post(`${TWO_STEPS_PATH}/codes`, ...guards, async (c) => codesPage(c, deps, await renewCodes(deps, adminOf(c).id)))

  // It asks for both by itself.
  app.post(`${TWO_STEPS_PATH}/off`, requireRole('viewer'), smallBody, async (c) => {
    const admin = adminOf(c)
    const { current = '', code = '' } = await fieldsOf(c)
    const ip = clientAddress(c, deps.config.trustProxy)
    const password = await checkPassword(deps, { email: admin.email, password: current, ip })
    const proved = password.ok ? await checkCode(deps, admin, { code, ip }) : password
    if (!proved.ok) return accountPage(c, deps, { wrong: notOff(c, password.ok, proved.retryAfter) })
    await deps.db.sql.begin((tx) => disableSecondFactor(tx, admin.id, `admin:${admin.id}`))
    return c.redirect(`${ACCOUNT_PATH}?done=two-steps-off`, 303)
  })
}

function notOff(c: Context<Env>, isPasswordRight: boolean, retryAfter: number | undefined): WrongField {
  const field = isPasswordRight ? 'off-code' : 'off-current'
  if (retryAfter !== undefined) {
    c.header('Retry-After', String(retryAfter))
    return { field, text: 'Too many wrong ones: wait a while.', status: 429 }
  }
  const text = isPasswordRight ? 'The code is wrong, or was used already.' : 'The password is wrong.'
  return { field, text, status: 422 }
}

async function enrolPage(c: Context<Env>, deps: Deps, secret: string, error?: string): Promise<Response> {
  const admin = adminOf(c)
  const { host } = new URL(deps.config.baseUrl)
  const uri = totpUri(secret, admin.email, `Quarterdeck ${host}`)
  const body = (
    <TwoStepsPage
      qr={qrPath(uri)}
      secret={secret}
      uri={uri}
      sealed={sealForForm(deps, admin.id, secret)}
      error={error}
    />
  )
  return framed(c, deps, 'Sign in in two steps', body, error ? 422 : 200)
}

const codesPage = (c: Context<Env>, deps: Deps, codes: string[]): Promise<Response> =>
  framed(c, deps, 'Recovery codes', <CodesPage codes={codes} />)

const framed = (c: Context<Env>, deps: Deps, title: string, body: Child, status: 200 | 422 = 200) =>
  sendFramed(c, deps, { title, page: ACCOUNT_PATH, crumbs: [{ label: 'Account', href: ACCOUNT_PATH }], status }, body)
