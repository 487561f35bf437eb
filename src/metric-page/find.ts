import type { AnyKey } from '../metrics/catalogue.ts'
import type { Metric } from '../metrics/metric.ts'

/** Words that people use for one thing; whoever types one finds what is written with another. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['mrr', 'monthly recurring revenue'],
  ['arr', 'annual recurring revenue', 'yearly recurring'],
  ['nrr', 'net revenue retention', 'ndr', 'net dollar retention'],
  ['grr', 'gross revenue retention'],
  ['arpu', 'arpa', 'revenue per user', 'mrr per'],
  ['ltv', 'clv', 'lifetime value', 'customer lifetime'],
  ['cac', 'acquisition cost', 'cost of acquisition'],
  ['dau', 'daily active', 'active users'],
  ['wau', 'weekly active'],
  ['mau', 'monthly active'],
  ['churn', 'attrition', 'lapsed', 'cancellations', 'leavers'],
  ['sign-up', 'signup', 'sign up', 'registration', 'new users'],
  ['sign-in', 'signin', 'login', 'log-in'],
  ['spend', 'expense', 'cost', 'bill'],
  ['sales', 'income', 'turnover', 'revenue'],
  ['latency', 'response time', 'duration', 'slow', 'speed'],
  ['failure', 'error', 'failed', 'exception'],
  ['availability', 'uptime', 'downtime', 'outage'],
  ['backlog', 'queue', 'waiting'],
  ['llm', 'model', 'ai '],
  ['throughput', 'per minute', 'calls'],
  ['customer', 'account', 'client'],
  ['gpu', 'worker', 'accelerator'],
  ['memory', 'ram', 'rss'],
  ['disk', 'storage'],
  ['profit', 'margin'],
  ['runway', 'burn', 'cash'],
  ['refund', 'chargeback', 'money back'],
  ['promoter', 'nps', 'recommend'],
  ['csat', 'satisfaction', 'rating'],
  ['conversion', 'converted', 'trial to paid', 'free to paid'],
  ['referral', 'viral', 'invite'],
  ['throttled', 'rate limit', '429'],
  ['newsletter', 'e-mail', 'email', 'mail'],
  ['ticket', 'support', 'helpdesk'],
  ['lcp', 'largest contentful paint'],
  ['inp', 'interaction to next paint'],
  ['cls', 'layout shift', 'cumulative layout shift'],
  ['ttfb', 'time to first byte'],
  ['fcp', 'first contentful paint'],
]

/** Keys of metrics in which every word of a search is found, the best first; an empty search finds all, as they stand. */
export function findMetrics(keys: readonly AnyKey[], of: (key: AnyKey) => Metric, search: string): AnyKey[] {
  const terms = termsOf(search)
  if (terms.length === 0) return [...keys]
  return keys
    .map((key, at) => ({ key, at, score: scoreOf(key, of(key), terms) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .map(({ key }) => key)
}

interface Term {
  word: string
  /** What is meant by it as well. */
  others: readonly string[]
}

function termsOf(search: string): Term[] {
  const text = search.toLowerCase().replaceAll('_', ' ').replace(/\s+/g, ' ').trim()
  // A phrase of the list is one term: "lifetime value".
  const phrase = SYNONYMS.find((group) => group.some((one) => one.includes(' ') && one.trim() === text))
  const words = phrase ? [text] : text.split(' ').filter(Boolean)
  return words.map((word) => ({ word, others: othersOf(word) }))
}

/** Of a word that is still being typed nothing is guessed. */
function othersOf(word: string): string[] {
  const single = word.replace(/(?<=\w{3})s$/, '')
  return SYNONYMS.filter((group) => group.some((one) => one.trim() === word || one.trim() === single))
    .flat()
    .filter((one) => one.trim() !== word)
}

const PLACES = { is: 100, begins: 40, name: 20, text: 5, other: 1 } as const

/** The sum over the words of the best place each is found at; 0 = one of them is nowhere. */
function scoreOf(key: AnyKey, { label, definition, formula = '', action }: Metric, terms: readonly Term[]): number {
  const name = `${key} ${key.replace(/[._]/g, ' ')} ${label}`.toLowerCase()
  const last = key.slice(key.indexOf('.') + 1)
  const texts = `${definition} ${formula} ${action}`.toLowerCase()
  let sum = 0
  for (const { word, others } of terms) {
    const score = Math.max(
      key === word || last === word || label.toLowerCase() === word ? PLACES.is : 0,
      new RegExp(`\\b${escaped(word)}`).test(name) ? PLACES.begins : 0,
      name.includes(word) ? PLACES.name : 0,
      texts.includes(word) ? PLACES.text : 0,
      others.some((other) => name.includes(other)) ? PLACES.text : 0,
      others.some((other) => texts.includes(other)) ? PLACES.other : 0,
    )
    if (score === 0) return 0
    sum += score
  }
  return sum
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
