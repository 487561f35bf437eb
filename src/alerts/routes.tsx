import type { Context, Hono } from 'hono'
import { RuleEditor } from '../../views/pages/alert/editor.tsx'
import { editorProps } from '../../views/pages/alert-rule.tsx'
import { smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { sendForm } from '../send-framed.tsx'
import { acknowledge, resolve, SILENCES, silence, unsilence } from './acts.ts'
import { editing, suggestedName } from './editor.ts'
import { findRule } from './find.ts'
import { type Draft, type Errors, fieldNamed, readDraft, ruleOfDraft, SOME } from './form.ts'
import { mountRulesImport } from './import-routes.tsx'
import { ALERTS_PATH, RULES_PATH, ruleHref } from './paths.ts'
import type { Rule, StoredRule } from './rule.ts'
import { changeRule, createRule, deleteRule, switchRule } from './store.ts'

/** What the pages of alerts send; programs use /api/alerts and /api/alert-rules. */
export function mountAlerts(app: Hono<Env>, deps: Deps): void {
  const acts = requireRole('operator')

  app.post(`${ALERTS_PATH}/:id/acknowledge`, acts, smallBody, async (c) => {
    await acknowledge(deps, adminOf(c), c.req.param('id'))
    return back(c)
  })
  app.post(`${ALERTS_PATH}/:id/silence`, acts, smallBody, async (c) => {
    const minutes = Number((await formOf(c)).get('minutes') ?? 60)
    if (!Object.hasOwn(SILENCES, minutes)) throw new Problem(422, 'Not a silence', 'Choose one of the times.')
    await silence(deps, adminOf(c), c.req.param('id'), new Date(deps.now().getTime() + minutes * 60_000))
    return back(c)
  })
  app.post(`${ALERTS_PATH}/:id/unsilence`, acts, smallBody, async (c) => {
    await unsilence(deps, adminOf(c), c.req.param('id'))
    return back(c)
  })
  app.post(`${ALERTS_PATH}/:id/resolve`, acts, smallBody, async (c) => {
    await resolve(deps, adminOf(c), c.req.param('id'))
    return back(c)
  })

  // Says what the rule means and what it would have done: nothing is stored.
  app.post(`${RULES_PATH}/form`, acts, smallBody, async (c) => {
    const form = await formOf(c)
    const slug = String(form.get('slug') ?? '')
    const rule = slug === '' ? undefined : await findRule(deps, adminOf(c), slug)
    return redraw(c, deps, readDraft(form), { rule, version: form.get('version') })
  })
  mountRulesImport(app, deps)
  app.post(RULES_PATH, acts, smallBody, (c) => save(c, deps, undefined, (rule) => createRule(deps, adminOf(c), rule)))
  app.post(`${RULES_PATH}/:slug`, acts, smallBody, async (c) => {
    const rule = await findRule(deps, adminOf(c), c.req.param('slug'))
    return save(c, deps, rule, (changed, version) => changeRule(deps, adminOf(c), rule.slug, changed, version))
  })
  app.post(`${RULES_PATH}/:slug/switch`, acts, smallBody, async (c) => {
    const on = (await formOf(c)).get('on') === '1'
    await switchRule(deps, adminOf(c), c.req.param('slug'), on)
    return back(c)
  })
  app.post(`${RULES_PATH}/:slug/delete`, acts, smallBody, async (c) => {
    await deleteRule(deps, adminOf(c), c.req.param('slug'))
    return c.redirect(`${ALERTS_PATH}?done=deleted`, 303)
  })
}

/** To the tab that it was asked from. */
async function back(c: Context<Env>): Promise<Response> {
  const form = await formOf(c).catch(() => new FormData())
  const tab = String(form.get('tab') ?? '')
  return c.redirect(/^[a-z]{1,12}$/.test(tab) ? `${ALERTS_PATH}?tab=${tab}` : ALERTS_PATH, 303)
}

async function formOf(c: Context<Env>): Promise<FormData> {
  try {
    return await c.req.formData()
  } catch {
    throw new Problem(415, 'The body is not a form', 'Programs use /api/alerts.')
  }
}

type Write = (rule: Rule, version: number | undefined) => Promise<StoredRule>

async function save(c: Context<Env>, deps: Deps, rule: StoredRule | undefined, write: Write): Promise<Response> {
  const form = await formOf(c)
  const typed = readDraft(form)
  const catalogue = await freshCatalogue(deps)
  const draft = { ...typed, name: typed.name.trim() === '' ? suggestedName(deps, typed) : typed.name }
  const version = form.get('version')
  const read = ruleOfDraft(catalogue, draft)
  // Until it is saved a rule can be tried without saying whom it tells.
  const untold: Errors = draft.tell === SOME ? { tell: 'Tick a channel, or tell nobody.' } : {}
  if (untold.tell)
    return redraw(c, deps, draft, { rule, version, errors: { ...untold, ...(!read.ok && read.errors) }, status: 422 })
  if (!read.ok) return redraw(c, deps, draft, { rule, version, errors: read.errors, status: 422 })
  try {
    await write(read.rule, typeof version === 'string' && version !== '' ? Number(version) : undefined)
    return c.redirect(`${ALERTS_PATH}?done=saved`, 303)
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 404) throw error
    const field = fieldNamed(error.field)
    const errors: Errors = field ? { [field]: error.message } : {}
    const status = error.status === 409 ? 409 : 422
    return redraw(c, deps, draft, { rule, version, errors, error: field ? undefined : error.message, status })
  }
}

interface Redrawn {
  rule?: StoredRule
  version?: FormDataEntryValue | null
  errors?: Errors
  error?: string
  status?: 200 | 409 | 422
}

/** The builder with what was entered: alone where script asks for it, else as a page. */
async function redraw(c: Context<Env>, deps: Deps, draft: Draft, redrawn: Redrawn): Promise<Response> {
  const { rule, errors, error, status = 200 } = redrawn
  const admin = adminOf(c)
  const shown = await editing(deps, admin, draft)
  const version = typeof redrawn.version === 'string' ? redrawn.version : undefined
  const editor = (
    <RuleEditor
      {...editorProps(deps, admin, { editing: shown, rule })}
      {...(version && { version })}
      errors={errors}
      error={error}
    />
  )
  const title = rule ? `Change ${rule.rule.name}` : 'New alert rule'
  const crumbs = [{ label: 'Alerts', href: rule ? ruleHref(rule.slug) : ALERTS_PATH }]
  return sendForm(c, deps, { title, page: ALERTS_PATH, crumbs, status }, editor)
}
