import { type Editing, editing } from '../../src/alerts/editor.ts'
import { findRule } from '../../src/alerts/find.ts'
import { draftOf, emptyDraft } from '../../src/alerts/form.ts'
import { ALERTS_PATH, RULES_PATH, ruleHref } from '../../src/alerts/paths.ts'
import type { StoredRule } from '../../src/alerts/rule.ts'
import { whyNoAlerts } from '../../src/alerts/store.ts'
import { alertsVersion } from '../../src/alerts/version.ts'
import { unreadWords } from '../../src/alerts/words.ts'
import type { Deps } from '../../src/context.ts'
import { catalogueOf, freshCatalogue } from '../../src/custom-metrics/catalogue.ts'
import type { AdminWho } from '../../src/env.ts'
import { isCustomKey, isMetricKey } from '../../src/metrics/catalogue.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { Icon, Menu, Note } from '../parts/index.ts'
import { type EditorProps, RuleEditor } from './alert/editor.tsx'

interface Data {
  editing: Editing
  rule?: StoredRule
}

const shared = {
  under: ALERTS_PATH,
  group: 'Now',
  filters: 'none',
  personal: ({ id }: AdminWho) => `${id}|${alertsVersion()}`,
} as const

const Live = ({ data, context }: { data: Data; context: PageContext }) => (
  <RuleEditor {...editorProps(context.deps, context.admin, data)} />
)

/** A new rule; the metric's page names its metric. */
export const ruleNew = definePage<Data>({
  ...shared,
  path: `${RULES_PATH}/new`,
  title: 'New alert rule',
  order: 41,
  role: 'operator',
  params: ['metric'],
  load: async ({ deps, admin, query }) => {
    await freshCatalogue(deps)
    return { editing: await editing(deps, admin, firstDraft(deps, query.metric ?? '')) }
  },
  frame: () => ({ crumbs: [{ label: 'Alerts', href: ALERTS_PATH }] }),
  Live,
})

/** A rule that is there: what it says, what it would have done, and how to change it. */
export default definePage<Data>({
  ...shared,
  path: `${RULES_PATH}/:slug`,
  title: 'Alert rule',
  order: 42,
  role: 'viewer',
  load: async ({ deps, admin, param }) => {
    const rule = await findRule(deps, admin, param.slug ?? '')
    return { rule, editing: await editing(deps, admin, draftOf(rule.rule)) }
  },
  frame: ({ data: { rule }, context: { deps, admin } }) => ({
    title: rule?.rule.name ?? 'Alert rule',
    crumbs: [{ label: 'Alerts', href: ALERTS_PATH }],
    exports: rule && [
      { label: 'YAML', href: `/api/alert-rules/${rule.slug}.yaml` },
      { label: 'JSON', href: `/api/alert-rules/${rule.slug}` },
    ],
    actions: rule && !whyNoAlerts(deps, admin) ? <DeleteMenu rule={rule} /> : undefined,
  }),
  View: ({ data: { rule }, context: { deps }, live }) => (
    <>
      {rule && !rule.rule.enabled && <Note tone="plain">This rule is switched off: it is not checked.</Note>}
      {rule?.rule.enabled && rule.unreadSince && <Note tone="warn">{unreadWords(deps, rule)}</Note>}
      {live}
    </>
  ),
  Live,
})

const DeleteMenu = ({ rule: { slug, rule } }: { rule: StoredRule }) => (
  <Menu kind="button" icon="trash" label="Delete" side="right" id="menu-delete-rule">
    <form class="q-view-form" method="post" action={`${ruleHref(slug)}/delete`}>
      <p class="q-help">{`“${rule.name}” is checked no more. An alert of it that is open ends; what it raised stays in the history.`}</p>
      <button class="q-btn q-btn-small q-btn-danger" type="submit">
        <Icon name="trash" size={14} />
        Delete the rule
      </button>
    </form>
  </Menu>
)

/** The metric that was asked for, with its own limit where it has one. */
function firstDraft(deps: Deps, asked: string) {
  const key = isMetricKey(asked) || isCustomKey(asked) ? asked : undefined
  const catalogue = catalogueOf(deps)
  if (key === undefined || !catalogue.has(key)) return emptyDraft('api.error_rate', '15')
  const { crit, warn, good } = catalogue.of(key)
  const limit = crit ?? warn
  return emptyDraft(key, limit === undefined ? '' : String(limit), good === 'up' ? 'below' : 'above')
}

/** What the builder needs, for the pages and for what its fields ask for. */
export function editorProps(deps: Deps, admin: AdminWho, { editing: shown, rule }: Data): EditorProps {
  const off = whyNoAlerts(deps, admin)
  return {
    deps,
    editing: shown,
    action: rule ? ruleHref(rule.slug) : RULES_PATH,
    redraw: `${RULES_PATH}/form`,
    ...(rule && { slug: rule.slug, version: String(rule.version) }),
    ...(off !== undefined && { off }),
  }
}
