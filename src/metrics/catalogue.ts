import adoption from './adoption.ts'
import ai from './ai.ts'
import quality from './ai-quality.ts'
import reliability from './ai-reliability.ts'
import api from './api.ts'
import campaigns from './campaigns.ts'
import content from './content.ts'
import costs from './costs.ts'
import { checked } from './define.ts'
import economics from './economics.ts'
import emails from './emails.ts'
import finance from './finance.ts'
import growth from './growth.ts'
import infrastructure from './infrastructure.ts'
import invoices from './invoices.ts'
import jobs from './jobs.ts'
import type { Metric } from './metric.ts'
import objects from './objects.ts'
import own from './own.ts'
import pages from './pages.ts'
import payments from './payments.ts'
import performance from './performance.ts'
import plans from './plans.ts'
import portals from './portals.ts'
import presence from './presence.ts'
import product from './product.ts'
import prompts from './prompts.ts'
import queues from './queues.ts'
import receipts from './receipts.ts'
import userRetention from './retention.ts'
import revenue from './revenue.ts'
import retention from './revenue-retention.ts'
import satisfaction from './satisfaction.ts'
import security from './security.ts'
import subscriptions from './subscriptions.ts'
import support from './support.ts'
import system from './system.ts'
import userHealth from './user-health.ts'
import users from './users.ts'
import vitals from './vitals.ts'
import webhooks from './webhooks.ts'
import windows from './windows.ts'
import workers from './workers.ts'

/** Every metric there is. A formula that names one which is not here does not compile. */
export const catalogue = checked({
  ...users,
  ...presence,
  ...userRetention,
  ...userHealth,
  ...plans,
  ...revenue,
  ...retention,
  ...subscriptions,
  ...payments,
  ...receipts,
  ...invoices,
  ...economics,
  ...finance,
  ...ai,
  ...quality,
  ...api,
  ...jobs,
  ...queues,
  ...windows,
  ...workers,
  ...product,
  ...objects,
  ...portals,
  ...adoption,
  ...growth,
  ...satisfaction,
  ...system,
  ...infrastructure,
  ...reliability,
  ...campaigns,
  ...content,
  ...costs,
  ...emails,
  ...own,
  ...pages,
  ...performance,
  ...prompts,
  ...security,
  ...support,
  ...vitals,
  ...webhooks,
})

export type MetricKey = keyof typeof catalogue
/** Of a metric that an admin made of a formula. */
export type CustomKey = `custom.${string}`
/** Of any metric: `catalogueOf(deps)` knows which there are. */
export type AnyKey = MetricKey | CustomKey

export const metricKeys = Object.keys(catalogue) as MetricKey[]

/** Whether a text from outside is the key of a metric. */
export function isMetricKey(text: string): text is MetricKey {
  return Object.hasOwn(catalogue, text)
}

/** Whether a text from outside can be the key of a custom metric; whether there is one is another question. */
export function isCustomKey(text: string): text is CustomKey {
  return /^custom\.[a-z][a-z0-9_]{0,59}$/.test(text)
}

/** Keys that look like a mistyped one, best first: of the built-in metrics and of some more. */
export function similarAmong(text: string, more: Iterable<AnyKey>, n = 3): AnyKey[] {
  const wanted = pairsOf(text.toLowerCase())
  return [...metricKeys, ...more]
    .map((key) => ({ key, score: overlap(wanted, pairsOf(key)) }))
    .filter(({ score }) => score > 0.3)
    .sort((a, b) => b.score - a.score)
    .slice(0, n)
    .map(({ key }) => key)
}

/** The first part of a key, by which lists are grouped. */
export function domainOf(key: AnyKey): string {
  return key.slice(0, key.indexOf('.'))
}

/** The plain type, for code that does not care which metric it is. */
export function metricOf(key: MetricKey): Metric {
  return catalogue[key]
}

function pairsOf(text: string): Set<string> {
  return new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, i) => text.slice(i, i + 2)))
}

function overlap(a: Set<string>, b: Set<string>): number {
  let shared = 0
  for (const pair of a) if (b.has(pair)) shared++
  return (2 * shared) / Math.max(1, a.size + b.size)
}
