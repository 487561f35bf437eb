import type { Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { ADMINS_PATH, InviteForm } from '../../views/pages/admin/invite.tsx'
import { LinkMade } from '../../views/pages/admin/link-made.tsx'
import { Card } from '../../views/parts/index.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Env } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { sendFramed } from '../send-framed.tsx'
import { authOf } from './auth.ts'
import { fieldsOf, smallBody } from './forms.ts'
import { adminOf, requireRole } from './guards.ts'
import type { LinkKind } from './links.ts'
import {
  adminById,
  changeAdmin,
  disableAdmin,
  enableAdmin,
  endSessions,
  inviteAdmin,
  linkFor,
  noteAccessChange,
  resetSecondFactor,
} from './manage.ts'
import { requireRecentProof } from './proof.tsx'
import { sendLinkMail, smtpUrlOf } from './reset-mail.ts'
import { requireAllTenants } from './scope.ts'

type Act = (deps: Deps, by: AdminWho, id: string) => Promise<void>

/** What is done to an admin by a button, and what the page says then. */
const ACTS = { disable: disableAdmin, enable: enableAdmin, 'end-sessions': endSessions, 'one-step': resetSecondFactor }

/** What the pages of admins send: owners of all tenants only, and asked again who they are. */
export function mountAdmins(app: Hono<Env>, deps: Deps): void {
  const guards = [requireRole('owner'), smallBody, requireRecentProof(deps)] as const

  app.post(ADMINS_PATH, ...guards, async (c) => {
    const fields = await fieldsOf(c)
    const { email = '', name, role = 'viewer' } = fields
    const by = ownerOf(c)
    try {
      const { link } = await inviteAdmin(deps, by, { email, name, role, tenants: tenantsIn(fields.tenants) })
      return linkPage(c, deps, { to: email.trim(), link, kind: 'invite' })
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error
      return again(c, deps, fields, error)
    }
  })

  app.post(`${ADMINS_PATH}/:id/change`, ...guards, async (c) => {
    const id = c.req.param('id')
    const { name = '', role = '', tenants } = await fieldsOf(c)
    try {
      await changeAdmin(deps, ownerOf(c), id, { name, role, tenants: tenantsIn(tenants) })
    } catch (error) {
      if (!(error instanceof Problem) || ![409, 422].includes(error.status)) throw error
      const typed = { name, role, tenants: tenants ?? '', bad: error.field ?? 'tenants', why: error.message }
      return c.redirect(`${ADMINS_PATH}/${id}?${new URLSearchParams(short(typed))}`, 303)
    }
    return c.redirect(`${ADMINS_PATH}/${id}?done=change`, 303)
  })

  app.post(`${ADMINS_PATH}/:id/link`, ...guards, async (c) => {
    const admin = await adminById(deps, c.req.param('id'))
    const { link, kind } = await linkFor(deps, `admin:${ownerOf(c).id}`, admin.id)
    return linkPage(c, deps, { to: admin.email, link, kind })
  })

  app.post(`${ADMINS_PATH}/:id/sessions/:session/revoke`, ...guards, async (c) => {
    ownerOf(c)
    const { id, session } = c.req.param()
    if (!/^[0-9a-f]{64}$/.test(session) || !(await authOf(deps).sessions.revoke(id, session)))
      throw new NotFound('This session has ended already.')
    noteAccessChange()
    return c.redirect(`${ADMINS_PATH}/${id}?done=end-sessions`, 303)
  })

  for (const [name, act] of Object.entries(ACTS) as [string, Act][])
    app.post(`${ADMINS_PATH}/:id/${name}`, ...guards, async (c) => {
      const id = c.req.param('id')
      await act(deps, ownerOf(c), id)
      return c.redirect(`${ADMINS_PATH}/${id}?done=${name}`, 303)
    })
}

function ownerOf(c: Context<Env>): AdminWho {
  const admin = adminOf(c)
  requireAllTenants(admin, 'Admins are')
  return admin
}

/** Ids separated by commas or lines; none = all tenants. */
export function tenantsIn(text = ''): string[] | null {
  const ids = text
    .split(/[,\n]/)
    .map((id) => id.trim())
    .filter(Boolean)
  return ids.length > 0 ? [...new Set(ids)] : null
}

const short = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.slice(0, 300)]))

interface Made {
  to: string
  link: string
  kind: LinkKind
}

/** The link, once; and mailed where mails go out. What the mail server says is said here. */
async function linkPage(c: Context<Env>, deps: Deps, made: Made): Promise<Response> {
  const mail = smtpUrlOf(deps.config) === undefined ? 'off' : await mailed(deps, made)
  return framed(
    c,
    deps,
    made.kind === 'invite' ? 'Invitation' : 'Link for a new password',
    <LinkMade {...made} mail={mail} />,
  )
}

async function mailed(deps: Deps, made: Made): Promise<'sent' | 'failed'> {
  try {
    await sendLinkMail(deps, made)
    return 'sent'
  } catch (error) {
    deps.log.warn({ err: error }, 'a link was not mailed')
    return 'failed'
  }
}

/** What was typed comes back beside what is wrong with it. */
async function again(c: Context<Env>, deps: Deps, fields: Record<string, string>, error: Problem): Promise<Response> {
  const body = (
    <Card id="invite" title="Invite an admin">
      <InviteForm values={fields} error={error.message} field={error.field} />
    </Card>
  )
  return framed(c, deps, 'Invite an admin', body, error.status === 409 ? 409 : 422)
}

const framed = (c: Context<Env>, deps: Deps, title: string, body: Child, status: 200 | 409 | 422 = 200) =>
  sendFramed(
    c,
    deps,
    {
      title,
      page: '/dashboard/settings',
      crumbs: [
        { label: 'Settings', href: '/dashboard/settings' },
        { label: 'Admins', href: ADMINS_PATH },
      ],
      status,
    },
    body,
  )
