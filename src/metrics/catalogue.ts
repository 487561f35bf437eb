import ai from './ai.ts'
import quality from './ai-quality.ts'
import api from './api.ts'
import { checked, type Metric } from './define.ts'
import economics from './economics.ts'
import finance from './finance.ts'
import infrastructure from './infrastructure.ts'
import invoices from './invoices.ts'
import jobs from './jobs.ts'
import payments from './payments.ts'
import plans from './plans.ts'
import presence from './presence.ts'
import product from './product.ts'
import queues from './queues.ts'
import receipts from './receipts.ts'
import revenue from './revenue.ts'
import retention from './revenue-retention.ts'
import subscriptions from './subscriptions.ts'
import system from './system.ts'
import users from './users.ts'
import windows from './windows.ts'
import workers from './workers.ts'

/** Every metric there is. A formula that names one which is not here does not compile. */
export const catalogue = checked({
  ...users,
  ...presence,
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
  ...system,
  ...infrastructure,
})

export type MetricKey = keyof typeof catalogue

export const metricKeys = Object.keys(catalogue) as MetricKey[]

/** Whether a text from outside is the key of a metric. */
export function isMetricKey(text: string): text is MetricKey {
  return Object.hasOwn(catalogue, text)
}

/** Keys that look like a mistyped one, best first. */
export function similarKeys(text: string, n = 3): MetricKey[] {
  const wanted = pairsOf(text.toLowerCase())
  return metricKeys
    .map((key) => ({ key, score: overlap(wanted, pairsOf(key)) }))
    .filter(({ score }) => score > 0.3)
    .sort((a, b) => b.score - a.score)
    .slice(0, n)
    .map(({ key }) => key)
}

/** The first part of a key, by which lists are grouped. */
export function domainOf(key: MetricKey): string {
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
