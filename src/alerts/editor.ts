import type { Deps } from '../context.ts'
import { catalogueOf, freshCatalogue } from '../custom-metrics/catalogue.ts'
import { listChannels } from '../delivery/find.ts'
import type { AdminWho } from '../env.ts'
import { Forbidden } from '../lib/errors.ts'
import { within } from '../lib/every.ts'
import { type AnyKey, domainOf } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'
import { configuredSources } from '../sources/configured.ts'
import { sourceLabel } from '../sources/names.ts'
import { type Backtest, backtest } from './backtest.ts'
import { kindNamed } from './conditions/index.ts'
import { maySee } from './find.ts'
import { type Draft, type ReadDraft, ruleOfDraft } from './form.ts'
import { comparedWindows, dailyWindows, dimsFor, metricOfRule, type Rule, takesLeast } from './rule.ts'
import { WINDOWS, type WindowName, windowNote, windowsOf } from './windows.ts'
import { ruleWords } from './words.ts'

/** What the builder shows beside what was typed. */
export interface Editing {
  draft: Draft
  read: ReadDraft
  /** The rule in words; absent while it is not whole. */
  sentence?: string
  /** The rule, under a name of its own where none was given. */
  rule?: Rule
  past?: Backtest
  /** Why the past was not looked at. */
  noPast?: string
  choices: Choices
}

export interface Choices {
  metrics: { domain: string; metrics: { key: string; label: string }[] }[]
  windows: { name: WindowName; label: string }[]
  windowNote?: string
  dims: readonly string[]
  least: boolean
  metric?: Metric
  tenants: { id: string; name: string }[]
  mayAll: boolean
  sources: { source: string; label: string }[]
  /** Who can be told; not for those who may not see the channels. */
  channels?: { id: string; name: string }[]
}

/** A back-test keeps nobody waiting longer. */
const PATIENCE_MS = 8_000
const MOST_TENANTS = 200

/** The form with all that belongs to it; `tries` = with the back-test. */
export async function editing(deps: Deps, admin: AdminWho, typed: Draft, tries = true): Promise<Editing> {
  const catalogue = await freshCatalogue(deps)
  const draft = withWindow(deps, withScope(admin, typed))
  const named = draft.name.trim() === '' ? { ...draft, name: suggestedName(deps, draft) } : draft
  const [choices, read] = [await choicesOf(deps, admin, draft), ruleOfDraft(catalogue, named)]
  if (!read.ok) return { draft, read: ruleOfDraft(catalogue, draft), choices }
  if (!maySee(admin, read.rule.scope)) throw new Forbidden('This tenant is not yours to see.').at('scope')
  const shown = {
    draft,
    read: ruleOfDraft(catalogue, draft),
    choices,
    rule: read.rule,
    sentence: ruleWords(deps, read.rule),
  }
  if (!tries) return shown
  try {
    const past = await within(PATIENCE_MS, backtest(deps, read.rule, deps.now()))
    return past ? { ...shown, past } : { ...shown, noPast: 'What sources did is told on the Data page.' }
  } catch (error) {
    deps.log.warn({ err: error }, 'a back-test failed')
    return { ...shown, noPast: 'The past could not be looked at: it took too long, or the database does not answer.' }
  }
}

/** A name that says what the rule does, where none was given. */
export function suggestedName(deps: Deps, draft: Draft): string {
  const read = ruleOfDraft(catalogueOf(deps), { ...draft, name: 'x' })
  if (!read.ok) return ''
  const words = ruleWords(deps, { ...read.rule, for: 0 })
  return words.slice(0, 80)
}

/** A window that the metric does not have is taken for its shortest one. */
function withWindow(deps: Deps, draft: Draft): Draft {
  const metric = metricOfRule(catalogueOf(deps), draft)
  if (!metric || draft.kind === 'source') return draft
  const windows = offered(draft, metric)
  const [first = 'now'] = windows.includes('60m') ? (['60m'] as const) : windows
  const window = windows.find((name) => name === draft.window) ?? first
  const dims = dimsFor(metric, { when: draft, window, scope: draft.scope })
  return { ...draft, window, by: dims.includes(draft.by) ? draft.by : '' }
}

/** The windows that a condition can have of a metric. */
function offered({ metric: key, kind }: Draft, metric: Metric): WindowName[] {
  const windows = windowsOf(key as AnyKey, metric)
  const { daily, compares } = kindNamed(kind) ?? {}
  if (daily) return dailyWindows(metric, windows)
  return compares ? comparedWindows(metric, windows) : windows
}

/** Who is bound to tenants makes rules of theirs. */
function withScope({ tenants }: AdminWho, draft: Draft): Draft {
  return tenants !== null && draft.scope === '*' ? { ...draft, scope: tenants[0] ?? '' } : draft
}

async function choicesOf(deps: Deps, admin: AdminWho, draft: Draft): Promise<Choices> {
  const catalogue = catalogueOf(deps)
  const metric = metricOfRule(catalogue, draft)
  const domains = new Map<string, { key: string; label: string }[]>()
  for (const one of catalogue.keys) {
    const own = domains.get(domainOf(one)) ?? []
    domains.set(domainOf(one), [...own, { key: one, label: catalogue.of(one).label }])
  }
  const sources = new Set([
    ...configuredSources(deps.config).map(({ source }) => source),
    ...deps.book.states().map(({ source }) => source),
  ])
  if (draft.needs !== '') sources.add(draft.needs)
  if (draft.source !== '') sources.add(draft.source)
  const windows = metric ? offered(draft, metric) : []
  return {
    metrics: [...domains].map(([domain, metrics]) => ({ domain, metrics })),
    windows: windows.map((name) => ({ name, label: WINDOWS[name].label })),
    ...(metric && { metric, windowNote: windowNote(draft.metric as AnyKey, metric) }),
    dims: metric ? dimsFor(metric, { when: draft, window: draft.window as WindowName, scope: draft.scope }) : [],
    least: metric !== undefined && takesLeast(metric, { window: draft.window as WindowName, when: draft }),
    tenants: await tenantsOf(deps, admin),
    ...(admin.tenants === null && { channels: await listChannels(deps) }),
    mayAll: admin.tenants === null,
    sources: [...sources].sort().map((source) => ({ source, label: sourceLabel(source) })),
  }
}

async function tenantsOf({ db: { sql } }: Deps, admin: AdminWho): Promise<{ id: string; name: string }[]> {
  return [
    ...(await sql<{ id: string; name: string }[]>`
      select tenant_id as id, coalesce(nullif(name, ''), tenant_id) as name from tenants
      where ${admin.tenants === null ? sql`true` : sql`tenant_id = any(${admin.tenants})`}
      order by 2 limit ${MOST_TENANTS}`),
  ]
}
