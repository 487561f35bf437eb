import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Child } from 'hono/jsx'
import { ConnectPage, type RefusedKey } from '../../views/pages/data/connect.tsx'
import { RejectedPage } from '../../views/pages/data/rejected-page.tsx'
import { audit } from '../audit/audit.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole, whyNotChange } from '../auth/guards.ts'
import { createKey } from '../auth/keys.ts'
import { requireRecentProof } from '../auth/proof.tsx'
import { createPublicKey } from '../auth/public-keys.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Env } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
import { sendFramed } from '../send-framed.tsx'
import { canReplay, discard, type RejectedFact, rejectedFact, replay } from './rejected.ts'
import { snippets } from './snippets.ts'

const PATH = '/dashboard/data'
/** A refused fact may be as large as what is shown of it, coded as a form. */
const formBody = bodyLimit({
  maxSize: 512 * 1024,
  onError: () => {
    throw new Problem(413, 'Too much was sent', 'A fact of at most 64 KB can be edited here.')
  },
})

/** What the Data page leads to: how to connect, keys made on the spot, and refused facts one by one. */
export function mountDataPage(app: Hono<Env>, deps: Deps): void {
  const reads = requireRole('viewer')
  const acts = requireRole('operator')
  const configures = requireRole('owner')

  app.get(`${PATH}/connect`, reads, (c) => connectPage(c, deps, {}))

  app.post(`${PATH}/connect/keys`, configures, smallBody, requireRecentProof(deps), async (c) => {
    const admin = adminOf(c)
    const { kind = 'server', name = '', origins = '' } = await fieldsOf(c)
    const options = { name: name.trim() || `${kind} key`, tenants: admin.tenants, createdBy: admin.id }
    try {
      if (kind !== 'public') {
        const { secret } = await createKey(deps.db.sql, { ...options, scopes: ['ingest'] })
        return connectPage(c, deps, { server: secret })
      }
      const list = origins.split(/[\s,]+/).filter(Boolean)
      return connectPage(c, deps, { public: (await createPublicKey(deps.db.sql, { ...options, origins: list })).key })
    } catch (error) {
      // What was typed comes back beside what is wrong with it.
      if (!(error instanceof Problem) || error.status !== 422) throw error
      const refused = { kind: kind === 'public' ? kind : 'server', name, origins, reason: error.message } as const
      return connectPage(c, deps, {}, refused)
    }
  })

  app.get(`${PATH}/rejected/:id`, reads, async (c) => rejectedPage(c, deps, await findFact(c, deps)))

  app.post(`${PATH}/rejected/:id/replay`, acts, formBody, async (c) => {
    const admin = adminOf(c)
    const fact = await findFact(c, deps)
    if (!canReplay(fact)) throw new Problem(422, 'Not from here', 'This one can only be sent again by who sent it.')
    const { raw } = await fieldsOf(c)
    // In strict privacy nobody sees, and so nobody edits, what it holds.
    const text = deps.config.privacy === 'strict' || raw === undefined ? fact.raw : raw
    const result = await replay(deps, fact, text)
    await note(deps, admin, 'fact.replay', fact, { result: result.state })
    if (result.state !== 'refused') return c.redirect(`${PATH}?replayed=${result.state}#card-rejected`, 303)
    return rejectedPage(c, deps, { ...fact, raw: text, reason: result.reason }, 422)
  })

  app.post(`${PATH}/rejected/:id/discard`, acts, smallBody, async (c) => {
    const fact = await findFact(c, deps)
    await discard(deps, fact.id)
    await note(deps, adminOf(c), 'fact.discard', fact, {})
    return c.redirect(`${PATH}#card-rejected`, 303)
  })
}

/** Refused facts may be of any tenant: who is bound to some sees none. */
async function findFact(c: Context<Env>, deps: Deps): Promise<RejectedFact> {
  if (adminOf(c).tenants) throw new Forbidden('Refused facts may be of any tenant; your account is bound to some.')
  const id = c.req.param('id') ?? ''
  const fact = /^\d{1,15}$/.test(id) ? await rejectedFact(deps, Number(id)) : undefined
  if (!fact)
    throw new NotFound('There is no refused fact of this number: it was sent again, discarded, or is over its time.')
  return fact
}

async function note(deps: Deps, admin: AdminWho, action: string, fact: RejectedFact, detail: object): Promise<void> {
  const { id, kind, source } = fact
  await audit(deps.db.sql, {
    actor: `admin:${admin.id}`,
    action,
    target: `rejected:${id}`,
    detail: { kind, source, ...detail },
  })
}

function connectPage(
  c: Context<Env>,
  deps: Deps,
  made: { server?: string; public?: string },
  refused?: RefusedKey,
): Promise<Response> {
  const keys = { server: made.server ?? 'qd_…', public: made.public ?? 'qd_pub_…', url: deps.config.baseUrl }
  const mayMake = mayAct(deps, adminOf(c), 'owner')
  const page = <ConnectPage snippets={snippets(keys)} made={made} refused={refused} mayMake={mayMake} />
  return framed(c, deps, 'Connect', page, refused ? 422 : 200)
}

function rejectedPage(c: Context<Env>, deps: Deps, fact: RejectedFact, status: 200 | 422 = 200): Promise<Response> {
  const { timeZone, privacy } = deps.config
  const page = (
    <RejectedPage
      fact={fact}
      timeZone={timeZone}
      now={deps.now()}
      hidden={privacy === 'strict'}
      again={status === 422}
      replayable={canReplay(fact)}
      mayAct={mayAct(deps, adminOf(c), 'operator')}
    />
  )
  return framed(c, deps, `Refused fact ${fact.id}`, page, status)
}

const framed = (c: Context<Env>, deps: Deps, title: string, content: Child, status: 200 | 422) =>
  sendFramed(c, deps, { title, page: PATH, crumbs: [{ label: 'Data', href: PATH }], status }, content)

/** Why a button is off; undefined = it is on. */
function mayAct(deps: Deps, admin: AdminWho, role: 'operator' | 'owner'): string | undefined {
  return whyNotChange(deps, admin, role)
}
