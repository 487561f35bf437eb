import { iso } from './calendar.ts'
import type { SimFact } from './emitter.ts'
import type { Random } from './random.ts'

/** Of so many page loads the browser tells how they were: enough for percentiles. */
const MEASURED_SHARE = 0.15
const PHONE = /Mobile|iPhone|iPad/

/** What Acme Studio's pages tell of a load: vitals, clicks, forms and errors. */
export function measured(fact: SimFact, random: Random): SimFact[] {
  return [
    ...(random.chance(MEASURED_SHARE) ? vitals(fact, random) : []),
    ...(random.chance(0.24) ? [told(fact, random, random.pick(CLICKS), { via: 'click' })] : []),
    ...forms(fact, random),
    ...(random.chance(0.006) ? [error(fact, random)] : []),
    ...exposure(fact, random),
  ]
}

const CLICKS = ['nav_templates', 'start_free', 'open_gallery', 'upgrade', 'help']

/** Medians on a desktop computer; phones take longer. */
const VITALS = [
  { name: 'TTFB', median: 240, sigma: 0.5, share: 1 },
  { name: 'FCP', median: 820, sigma: 0.45, share: 1 },
  { name: 'LCP', median: 1450, sigma: 0.5, share: 1 },
  { name: 'LOAD', median: 1900, sigma: 0.5, share: 1 },
  { name: 'INP', median: 88, sigma: 0.7, share: 0.7 },
  { name: 'TTI', median: 3200, sigma: 0.8, share: 0.8 },
]

function vitals({ atMs, row }: SimFact, random: Random): SimFact[] {
  const slower = PHONE.test(String(row.user_agent)) ? 1.7 : 1
  const load = random.uuid(atMs)
  const values = VITALS.filter(({ share }) => random.chance(share)).map(({ name, median, sigma }) => ({
    name,
    value: Math.round(random.around(median * slower, sigma)),
  }))
  const shift = { name: 'CLS', value: random.chance(0.45) ? 0 : Math.round(random.around(0.03, 1.1) * 1e4) / 1e4 }
  return [...values, shift].map(({ name, value }) => ({
    kind: 'web_vitals' as const,
    atMs,
    row: { id: `${load}-${name.toLowerCase()}`, name, value, ...whose(row), ts: iso(atMs), updated_at: iso(atMs) },
  }))
}

/** The form on the pages that ask for something. */
const FORMS: Record<string, { form: string; begun: number; left: number }> = {
  Pricing: { form: 'contact', begun: 0.16, left: 0.42 },
  Home: { form: 'sign-up', begun: 0.3, left: 0.26 },
  Settings: { form: 'profile', begun: 0.35, left: 0.2 },
  Billing: { form: 'card', begun: 0.4, left: 0.33 },
}

function forms(fact: SimFact, random: Random): SimFact[] {
  const known = FORMS[String(fact.row.name)]
  if (!known) return []
  const { form, begun, left } = known
  const seen = told(fact, random, 'form_viewed', { form })
  if (!random.chance(begun)) return [seen]
  return [seen, told(fact, random, random.chance(left) ? 'form_abandoned' : 'form_submitted', { form, field: 'email' })]
}

/** Another event of the same page view. */
function told({ atMs, row }: SimFact, random: Random, name: string, more: Record<string, unknown>): SimFact {
  const properties = { path: pathOf(row), ...more }
  return { kind: 'events', atMs, id: random.uuid(atMs), row: { ...row, type: 'track', name, properties } }
}

function error({ atMs, row }: SimFact, random: Random): SimFact {
  const { kind, message } = random.pick(CLIENT_ERRORS)
  const { path: url, ...who } = whose(row)
  const about = { ts: iso(atMs), source: 'client', severity: 'error', kind, message, url, release: 'v4.2' }
  return { kind: 'app_errors', atMs, id: random.uuid(atMs), row: { ...about, ...who } }
}

const CLIENT_ERRORS = [
  { kind: 'TypeError', message: "Cannot read properties of null (reading 'style')" },
  { kind: 'NetworkError', message: 'Failed to fetch' },
  { kind: 'RangeError', message: 'Maximum call stack size exceeded' },
]

/** An experiment: half of those who open the editor have the new one. */
function exposure({ atMs, row }: SimFact, random: Random): SimFact[] {
  if (row.name !== 'Editor' || !row.user_id) return []
  const variant = [...String(row.user_id)].reduce((sum, char) => sum + char.charCodeAt(0), 0) % 2 ? 'new' : 'old'
  const who = { user_id: row.user_id, tenant_id: row.tenant_id, session_id: row.session_id }
  const seen = { ts: iso(atMs), experiment_id: 'new-editor', variant, ...who }
  return [{ kind: 'exposures', atMs, id: random.uuid(atMs), row: seen }]
}

const pathOf = (row: Record<string, unknown>): string => String((row.properties as { path?: unknown }).path ?? '/')

const whose = (row: Record<string, unknown>) => ({
  path: pathOf(row),
  user_id: row.user_id,
  anonymous_id: row.anonymous_id,
  tenant_id: row.tenant_id,
  session_id: row.session_id,
  ip: row.ip,
  user_agent: row.user_agent,
})
