import type { Context, Hono } from 'hono'
import { ForgotPage, ResetPage } from '../../views/pages/reset.tsx'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { clientAddress } from '../lib/security.ts'
import { authOf } from './auth.ts'
import { askForReset } from './forgotten.ts'
import { fieldsOf, smallBody } from './forms.ts'
import { linkIsOver, openPasswordLink, usePasswordLink } from './links.ts'
import { smtpUrlOf } from './reset-mail.ts'

/** A password that was forgotten, and the first one of who was invited. */
export function mountReset(app: Hono<Env>, deps: Deps): void {
  app.get('/forgot', (c) => page(c, <ForgotPage off={whyNoMail(deps)} />))
  app.post('/forgot', smallBody, async (c) => {
    const { email = '' } = await fieldsOf(c)
    if (whyNoMail(deps)) return page(c, <ForgotPage off={whyNoMail(deps)} />, 422)
    try {
      await askForReset(deps, { email, ip: clientAddress(c, deps.config.trustProxy) })
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 429) throw error
      c.header('Retry-After', String(error.retryAfter))
      return page(c, <ForgotPage email={email.slice(0, 254)} error={error.detail} />, 429)
    }
    return page(c, <ForgotPage sent />)
  })

  app.get('/reset', async (c) => {
    const token = c.req.query('token') ?? ''
    const link = await openPasswordLink(deps, token)
    if (!link) throw linkIsOver()
    return page(c, <ResetPage token={token} email={link.email} kind={link.kind} />)
  })
  app.post('/reset', smallBody, async (c) => {
    const { token = '', password = '' } = await fieldsOf(c)
    const link = await openPasswordLink(deps, token)
    if (!link) throw linkIsOver()
    try {
      await usePasswordLink(deps, token, password)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error
      return page(c, <ResetPage token={token} email={link.email} kind={link.kind} error={error.detail} />, 422)
    }
    const { sessions, keys } = authOf(deps)
    sessions.forgetAll()
    keys.forget()
    return c.redirect('/login?done=password', 303)
  })
}

/** Why a link cannot be mailed, and what else there is; undefined = it can. */
function whyNoMail({ config }: Deps): string | undefined {
  if (config.readOnly) return 'Quarterdeck runs with READ_ONLY=1: passwords stay as they are.'
  if (smtpUrlOf(config)) return undefined
  return 'This Quarterdeck sends no mail. Ask an owner for a link, or run “quarterdeck admin reset E-MAIL” where it runs.'
}

function page(c: Context<Env>, body: ReturnType<typeof ForgotPage>, status: 200 | 422 | 429 = 200) {
  c.header('Cache-Control', 'no-store')
  return c.html(body, status)
}
