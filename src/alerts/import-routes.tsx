import type { Context, Hono } from 'hono'
import { Layout } from '../../views/layout.tsx'
import { ImportRules } from '../../views/pages/alert/import.tsx'
import { fileBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { frameOf } from '../frame-of.ts'
import { Problem } from '../lib/errors.ts'
import { importRules, planImport } from './import.ts'
import { ALERTS_PATH, RULES_PATH } from './paths.ts'
import { whyNoAlerts } from './store.ts'

const PATH = `${RULES_PATH}/import`

/** Rules out of their YAML: read, compared with what is there, and only then saved, all or none. */
export function mountRulesImport(app: Hono<Env>, deps: Deps): void {
  const acts = requireRole('operator')

  app.get(PATH, acts, (c) => show(c, deps, ''))
  app.post(PATH, acts, fileBody, async (c) => {
    const body = await c.req.parseBody()
    const text = (name: string) => (typeof body[name] === 'string' ? body[name] : '')
    const file = body.file instanceof File && body.file.size > 0 ? await body.file.text() : undefined
    const yaml = (file ?? text('yaml')).replace(/\r\n?/g, '\n')
    if (text('act') !== 'save') return show(c, deps, yaml)
    try {
      await importRules(deps, adminOf(c), yaml, text('seen'))
      return c.redirect(`${ALERTS_PATH}?done=imported`, 303)
    } catch (error) {
      if (!(error instanceof Problem) || ![404, 409, 422].includes(error.status)) throw error
      return show(c, deps, yaml, error)
    }
  })
}

async function show(c: Context<Env>, deps: Deps, yaml: string, problem?: Problem): Promise<Response> {
  const admin = adminOf(c)
  const plan = yaml.trim() === '' ? undefined : await planImport(deps, admin, yaml)
  const page = (
    <Layout
      title="Import alert rules"
      page={ALERTS_PATH}
      {...(await frameOf(deps, admin))}
      crumbs={[{ label: 'Alerts', href: ALERTS_PATH }]}
    >
      <div class="q-page">
        <ImportRules
          deps={deps}
          action={PATH}
          yaml={yaml}
          plan={plan}
          problem={plan?.ok === false ? undefined : problem?.message}
          off={whyNoAlerts(deps, admin)}
        />
      </div>
    </Layout>
  )
  c.header('Cache-Control', 'private, no-store')
  return c.html(String(await page), problem?.status === 409 ? 409 : plan?.ok === false ? 422 : 200)
}
