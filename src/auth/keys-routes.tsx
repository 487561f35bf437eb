import type { Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { KEYS_PATH, KeyForm, KeyMade } from '../../views/pages/keys/form.tsx'
import { Card } from '../../views/parts/index.ts'
import type { Deps } from '../context.ts'
import { type Env, KEY_SCOPES, type KeyScope } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { sendFramed } from '../send-framed.tsx'
import { tenantsIn } from './admins-routes.tsx'
import { authOf } from './auth.ts'
import { fieldsOf, smallBody } from './forms.ts'
import { adminOf, requireRole } from './guards.ts'
import { createKey, revokeKey } from './keys.ts'
import { noteAccessChange } from './manage.ts'
import { requireRecentProof } from './proof.tsx'
import { revokePublicKey } from './public-keys.ts'
import { requireAllTenants } from './scope.ts'
import { checkKeyTenants } from './tenants.ts'

const DAY_MS = 86_400_000
/** How long a key may be good for, in days; 0 = until it is revoked. */
export const KEY_DAYS = [0, 30, 90, 365] as const

/** What the page of keys sends. */
export function mountKeys(app: Hono<Env>, deps: Deps): void {
  const owner = requireRole('owner')

  app.post(KEYS_PATH, owner, smallBody, requireRecentProof(deps), async (c) => {
    const admin = adminOf(c)
    requireAllTenants(admin, 'Keys are')
    const fields = await fieldsOf(c)
    try {
      const key = { ...keyOf(fields, deps.now()), createdBy: admin.id }
      const unknown = await checkKeyTenants(deps, key)
      const { secret } = await createKey(deps.db.sql, key)
      noteAccessChange()
      const example = key.scopes.includes('read') ? `curl -u ${secret}: ${deps.config.baseUrl}/api/metrics` : undefined
      return framed(
        c,
        deps,
        'The key is made',
        <KeyMade name={key.name} secret={secret} example={example} unknown={unknown} />,
      )
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error
      const body = (
        <Card id="key-form" title="Make a key">
          <KeyForm values={fields} error={error.message} field={error.field} />
        </Card>
      )
      return framed(c, deps, 'Make a key', body, 422)
    }
  })

  // Taking power away needs no second look.
  app.post(`${KEYS_PATH}/:id/revoke`, owner, smallBody, async (c) => {
    const admin = adminOf(c)
    requireAllTenants(admin, 'Keys are')
    const id = c.req.param('id')
    const revoke = id.startsWith('pub_') ? revokePublicKey : revokeKey
    if (!(await revoke(deps.db.sql, id, `admin:${admin.id}`)))
      throw new NotFound('There is no active key of this number.')
    authOf(deps).keys.forget()
    noteAccessChange()
    return c.redirect(`${KEYS_PATH}?done=revoked`, 303)
  })
}

/** The fields of a new key. @throws Problem 422 */
function keyOf(fields: Record<string, string>, now: Date) {
  const scopes = KEY_SCOPES.filter((scope) => fields[`scope_${scope}`] !== undefined)
  if (scopes.length === 0)
    throw new Problem(422, 'Choose a scope', 'A key that may do nothing is of no use: choose a scope.')
  const days = Number(fields.days ?? 0)
  if (!(KEY_DAYS as readonly number[]).includes(days))
    throw new Problem(422, 'Unknown time', `A key is good for ${KEY_DAYS.join(', ')} days; 0 = until it is revoked.`)
  return {
    name: (fields.name ?? '').trim(),
    scopes: scopes as KeyScope[],
    tenants: tenantsIn(fields.tenants),
    ...(days > 0 && { expiresAt: new Date(now.getTime() + days * DAY_MS) }),
  }
}

const framed = (c: Context<Env>, deps: Deps, title: string, body: Child, status: 200 | 422 = 200) =>
  sendFramed(
    c,
    deps,
    {
      title,
      page: '/dashboard/settings',
      crumbs: [
        { label: 'Settings', href: '/dashboard/settings' },
        { label: 'API keys', href: KEYS_PATH },
      ],
      status,
    },
    body,
  )
