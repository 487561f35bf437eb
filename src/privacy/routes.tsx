import type { Context, Hono } from 'hono'
import { Layout } from '../../views/layout.tsx'
import { EraseForm } from '../../views/pages/user/erase.tsx'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import { requireRecentProof } from '../auth/proof.tsx'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { frameOf } from '../frame-of.ts'
import { Problem } from '../lib/errors.ts'
import { USERS_PATH } from '../users/paths.ts'
import { type HeldUser, heldUser } from './find.ts'
import { ERASURES_PATH } from './paths.ts'
import { startErasure } from './start.ts'

/** Erasing a user, on a page of its own: nobody does it in passing. */
export function mountPrivacy(app: Hono<Env>, deps: Deps): void {
  const at = `${USERS_PATH}/:id/erase`
  const owns = requireRole('owner')
  const found = (c: Context<Env>) => {
    requireAllTenants(adminOf(c), 'What is held of users is')
    return heldUser(deps, c.req.param('id') ?? '')
  }

  app.get(at, owns, async (c) => askPage(c, deps, await found(c)))

  app.post(at, owns, smallBody, requireRecentProof(deps), async (c) => {
    const user = await found(c)
    const { confirm = '', reason = '' } = await fieldsOf(c)
    try {
      await startErasure(deps, adminOf(c), user, { confirm, reason })
    } catch (error) {
      if (!(error instanceof Problem) || error.field === undefined) throw error
      const shown = { values: { confirm, reason }, errors: { [error.field]: error.message }, status: 422 as const }
      return askPage(c, deps, user, shown)
    }
    return c.redirect(`${ERASURES_PATH}?done=erase`, 303)
  })
}

interface Shown {
  values?: Record<string, string>
  errors?: Record<string, string>
  status?: 200 | 422
}

async function askPage(c: Context<Env>, deps: Deps, user: HeldUser, { values, errors, status = 200 }: Shown = {}) {
  const admin = adminOf(c)
  const page = (
    <Layout
      title={`Erase ${user.name}?`}
      page={USERS_PATH}
      {...(await frameOf(deps, admin))}
      crumbs={[{ label: 'Users', href: USERS_PATH }]}
    >
      <div class="q-page">
        <EraseForm user={user} values={values} errors={errors} readOnly={deps.config.readOnly} />
      </div>
    </Layout>
  )
  c.header('Cache-Control', 'private, no-store')
  return c.html(String(await page), status)
}
