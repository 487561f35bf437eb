import type { Context, Hono } from 'hono'
import { FormulaCheck } from '../../views/pages/custom-metric/check.tsx'
import { CustomMetricForm } from '../../views/pages/custom-metric/form.tsx'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { CardCache } from '../lib/cache.ts'
import { Problem } from '../lib/errors.ts'
import { type Settling, settlingNow } from '../lib/settle.ts'
import { sendFramed } from '../send-framed.tsx'
import { type CustomEntry, freshCatalogue } from './catalogue.ts'
import { BadField } from './checks.ts'
import { type Draft, type DraftField, draftOf, type Errors, readDraft } from './draft.ts'
import { fieldsOfInput } from './input.ts'
import { editPath, NEW_PATH, showDraft, whyNot } from './page.ts'
import { checkDraft } from './preview.ts'
import { archiveCustomMetric, restoreCustomMetric, saveCustomMetrics } from './store.ts'

const pageOf = (key: string, done: string): string => `/dashboard/metrics/${encodeURIComponent(key)}?done=${done}`

/** What the form of a custom metric sends, and what it asks while one types; programs use /api/custom-metrics. */
export function mountCustomMetrics(app: Hono<Env>, deps: Deps): void {
  const acts = requireRole('operator')
  const forms: Forms = { deps, cache: new CardCache({ now: deps.now }) }

  app.get('/dashboard/metrics/check', acts, async (c) => {
    const scope = scopeOf(adminOf(c))
    const shown = await showDraft(deps, settlingOf(c, forms), scope, draftOf(c.req.query()))
    c.header('Cache-Control', 'private, no-store')
    return c.html(String(<FormulaCheck deps={deps} scope={scope} {...shown} />))
  })

  app.post(NEW_PATH, acts, smallBody, async (c) => save(c, forms, draftOf(await fieldsOf(c))))

  app.post('/dashboard/metrics/:key/edit', acts, smallBody, async (c) => {
    const entry = (await freshCatalogue(deps)).custom.get(c.req.param('key') as CustomEntry['key'])
    if (!entry) throw new Problem(404, 'Not found', 'There is no custom metric of this key.')
    return save(c, forms, { ...draftOf(await fieldsOf(c)), name: entry.key.slice('custom.'.length) }, entry)
  })

  app.post('/dashboard/metrics/:key/archive', acts, smallBody, async (c) => {
    await archiveCustomMetric(deps, adminOf(c), c.req.param('key'))
    return c.redirect(pageOf(c.req.param('key'), 'archived'), 303)
  })

  app.post('/dashboard/metrics/:key/restore', acts, smallBody, async (c) => {
    await restoreCustomMetric(deps, adminOf(c), c.req.param('key'))
    return c.redirect(pageOf(c.req.param('key'), 'restored'), 303)
  })
}

interface Forms {
  deps: Deps
  cache: CardCache
}

const settlingOf = (c: Context<Env>, { deps, cache }: Forms): Settling => settlingNow(c, deps, cache)

async function save(c: Context<Env>, forms: Forms, draft: Draft, entry?: CustomEntry): Promise<Response> {
  const { deps } = forms
  await freshCatalogue(deps)
  const checked = checkDraft(deps, draft)
  const read = readDraft(draft, checked.unit, deps.config.currency)
  if (!read.ok) return formAgain(c, forms, draft, { errors: read.errors, entry })
  const { key, ...fields } = read.input
  try {
    const mode = entry ? 'update' : 'create'
    await saveCustomMetrics(deps, adminOf(c), [{ key, fields: fieldsOfInput(fields) }], { mode })
    return c.redirect(pageOf(key, entry ? 'changed' : 'created'), 303)
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 403 || error.status >= 500) throw error
    return formAgain(c, forms, draft, { ...wrongOf(error, checked.problems.length > 0), entry })
  }
}

/** What the check above the preview says already is not said again beside the field. */
function wrongOf(error: Problem, isTold: boolean): { errors?: Errors; error?: string } {
  if (!(error instanceof BadField)) return { error: error.message }
  const field: DraftField = error.field === 'key' ? 'name' : error.field
  if (isTold && (field === 'formula' || field === 'unit')) return { error: 'Not saved: the formula is not valid yet.' }
  return { errors: { [field]: error.words } }
}

interface Wrong {
  errors?: Errors
  error?: string
  entry: CustomEntry | undefined
}

/** What was typed is still there, with what is wrong beside it. */
async function formAgain(c: Context<Env>, forms: Forms, draft: Draft, { errors, error, entry }: Wrong) {
  const { deps } = forms
  const admin = adminOf(c)
  const scope = scopeOf(admin)
  const shown = await showDraft(deps, settlingOf(c, forms), scope, draft)
  const title = entry ? `Edit ${entry.label}` : 'New metric'
  const crumbs = [{ label: 'Metrics', href: '/dashboard/metrics' }]
  return sendFramed(
    c,
    deps,
    { title, page: '/dashboard/metrics', crumbs, status: 422 },
    <CustomMetricForm
      deps={deps}
      scope={scope}
      action={entry ? editPath(entry.key) : NEW_PATH}
      fixedKey={entry?.key}
      draft={draft}
      errors={errors}
      error={error ?? (errors && 'Not saved yet: see what is marked.')}
      off={whyNot(deps, admin)}
      {...shown}
    />,
  )
}
