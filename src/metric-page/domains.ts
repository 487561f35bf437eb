import { type AnyKey, domainOf, type MetricKey } from '../metrics/catalogue.ts'

/** A chapter of the handbook: metrics that one person looks after together. */
export interface Domain {
  /** In addresses: ?domain=unit-economics */
  slug: string
  name: string
  /** What its numbers answer. */
  about: string
  /** What stands for it in the list of domains. */
  heads: readonly MetricKey[]
}

const domain = (name: string, about: string, ...heads: MetricKey[]): Domain => ({
  slug: name.toLowerCase().replaceAll(' ', '-'),
  name,
  about,
  heads,
})

/** In the order of the page. */
export const DOMAINS: readonly Domain[] = [
  domain('Users', 'Who there are, who comes back and who does not.', 'users.total', 'users.mau', 'users.churn_rate'),
  domain(
    'Revenue',
    'Recurring revenue, how it moves and whether it stays.',
    'revenue.mrr',
    'revenue.nrr',
    'revenue.arpa',
  ),
  domain(
    'Subscriptions',
    'Plans in force, trials, and those who leave.',
    'revenue.subscriptions_active',
    'revenue.trial_conversion',
    'revenue.cancellations',
  ),
  domain(
    'Payments',
    'Money that came, was refused or is still owed.',
    'revenue.payments_volume',
    'revenue.payment_success_rate',
    'revenue.invoices_overdue_value',
  ),
  domain(
    'Unit economics',
    'What a customer brings and costs; cash and runway.',
    'revenue.gross_margin',
    'revenue.ltv_to_cac',
    'finance.runway',
  ),
  domain('AI', 'Requests to models: how many, how well, how fast.', 'ai.requests', 'ai.error_rate', 'ai.latency_p95'),
  domain(
    'AI content',
    'What models made: generations, prompts, components.',
    'content.generations',
    'content.success_rate',
    'prompts.success_rate',
  ),
  domain('Costs', 'What AI and its machines cost.', 'ai.cost', 'costs.ai_month', 'costs.gpu'),
  domain('API', 'Calls that the product served.', 'api.calls', 'api.error_rate', 'api.latency_p95'),
  domain('Jobs', 'Queued work, and the workers that do it.', 'jobs.total', 'jobs.success_rate', 'jobs.queued'),
  domain('Product', 'What people do with the product.', 'events.total', 'product.projects_total', 'product.deploys'),
  domain(
    'Growth',
    'From sign-up to habit, and who brings whom.',
    'growth.activation_rate',
    'adoption.rate',
    'growth.viral_coefficient',
  ),
  domain(
    'Campaigns',
    'What is spent to be found, and what it brings.',
    'campaigns.spend',
    'campaigns.signups',
    'campaigns.roi',
  ),
  domain(
    'Performance',
    'What visitors wait for: pages, vitals, endpoints.',
    'vitals.lcp_p75',
    'vitals.inp_p75',
    'pages.loads',
  ),
  domain(
    'System',
    'Uptime, databases, queues of messages, Quarterdeck itself.',
    'system.health',
    'system.uptime',
    'facts.lag',
  ),
  domain(
    'Security',
    'Sign-ins that failed, and use that is not normal.',
    'security.failed_logins',
    'security.rate_limited',
    'security.cost_spikes',
  ),
  domain(
    'Support',
    'Tickets, e-mails and what people say.',
    'support.tickets_open',
    'support.first_response',
    'satisfaction.nps',
  ),
  domain('Custom', 'Formulas that admins of yours made.'),
]

/** Keys by their beginning, the longest that fits first. */
const BY_PREFIX: Readonly<Record<string, string>> = {
  users: 'Users',
  devices: 'Users',
  health: 'Users',
  revenue: 'Revenue',
  'revenue.subscriptions': 'Subscriptions',
  'revenue.trial': 'Subscriptions',
  'revenue.free_to_paid': 'Subscriptions',
  'revenue.pro_to_enterprise': 'Subscriptions',
  'revenue.cancellations': 'Subscriptions',
  'revenue.mrr_past_due': 'Subscriptions',
  'revenue.dunning': 'Subscriptions',
  'revenue.recovery_rate': 'Subscriptions',
  'revenue.payments': 'Payments',
  'revenue.payment_': 'Payments',
  'revenue.payments_retrying': 'Subscriptions',
  'revenue.transactions': 'Payments',
  'revenue.average_': 'Payments',
  'revenue.refunds': 'Payments',
  'revenue.fee': 'Payments',
  'revenue.net_receipts': 'Payments',
  'revenue.subscription_receipts': 'Payments',
  'revenue.other_receipts': 'Payments',
  'revenue.waived': 'Payments',
  'revenue.invoices': 'Payments',
  'revenue.costs': 'Unit economics',
  'revenue.cost_of': 'Unit economics',
  'revenue.gross': 'Unit economics',
  'revenue.margin': 'Unit economics',
  'revenue.negative': 'Unit economics',
  'revenue.to_cost': 'Unit economics',
  'revenue.campaign': 'Unit economics',
  'revenue.acquisition': 'Unit economics',
  'revenue.customers_new_30d': 'Unit economics',
  'revenue.arpa_new': 'Unit economics',
  'revenue.cac': 'Unit economics',
  'revenue.ltv': 'Unit economics',
  'revenue.payback': 'Unit economics',
  'revenue.mrr_to_ai_cost': 'Unit economics',
  finance: 'Unit economics',
  ai: 'AI',
  'ai.cost': 'Costs',
  'ai.estimated_share': 'Costs',
  costs: 'Costs',
  api: 'API',
  jobs: 'Jobs',
  queue: 'Jobs',
  workers: 'Jobs',
  product: 'Product',
  events: 'Product',
  activity: 'Product',
  automation: 'Growth',
  adoption: 'Growth',
  growth: 'Growth',
  experiments: 'Growth',
  campaigns: 'Campaigns',
  content: 'AI content',
  prompts: 'AI content',
  components: 'AI content',
  pages: 'Performance',
  performance: 'Performance',
  vitals: 'Performance',
  security: 'Security',
  support: 'Support',
  satisfaction: 'Support',
  emails: 'Support',
  custom: 'Custom',
}
const PREFIXES = Object.keys(BY_PREFIX).sort((a, b) => b.length - a.length)
const BY_NAME = new Map(DOMAINS.map((one) => [one.name, one]))
const SYSTEM = BY_NAME.get('System') as Domain

/** The chapter that a metric stands in; what no other has is the system's. */
export function domainFor(key: AnyKey): Domain {
  const prefix = PREFIXES.find((one) => (one.includes('.') ? key.startsWith(one) : domainOf(key) === one))
  return BY_NAME.get(BY_PREFIX[prefix ?? ''] ?? '') ?? SYSTEM
}

/** The domain of an address; undefined = there is none of this name. */
export const domainOfSlug = (slug: string): Domain | undefined => DOMAINS.find((one) => one.slug === slug)
