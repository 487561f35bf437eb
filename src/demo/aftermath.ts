import { iso } from './calendar.ts'
import { arrivedBy } from './campaigns.ts'
import type { SimFact } from './emitter.ts'
import { promptOf } from './library.ts'
import { PLACES } from './places.ts'
import { Random } from './random.ts'
import { measured } from './vitals.ts'
import type { World } from './world.ts'

/**
 * What goes with a fact of the story, at its instant: a page that loads is measured, a build had a prompt, a call was made
 * with parameters, a sign-in now and then fails first. Drawn by the fact's own id, so that the story itself stays as it is.
 */
export function withAftermath(world: World, fact: SimFact): SimFact[] {
  const random = new Random(world.options.seed, 'aftermath', fact.id ?? String(fact.row.id), String(fact.row.status))
  switch (fact.kind) {
    case 'events':
      return ofEvent(fact, random)
    case 'api_calls':
      return ofCall(fact, random)
    case 'jobs':
      return [fact, ...promptOf(fact, random)]
    default:
      return [fact]
  }
}

function ofEvent(fact: SimFact, random: Random): SimFact[] {
  const { row } = fact
  if (row.type === 'page') return [{ ...fact, row: arrivedBy(row) }, ...measured(fact, random)]
  if (row.name === 'login') return signIn(fact, random)
  if (row.name === 'user_signed_up') return [fact, mail(fact, random, 'Welcome to Acme Studio')]
  if (row.name === 'site_deployed' && random.chance(0.3)) return [fact, mail(fact, random, 'Your site is live')]
  return [fact]
}

/** Somebody mistypes, another provider does not answer, and some travel. */
function signIn(fact: SimFact, random: Random): SimFact[] {
  const { atMs, row } = fact
  const away = random.chance(0.004) ? { ip: `${random.pick(random.pick(PLACES).networks)}.7.21` } : {}
  const failed = random.chance(0.035)
  const method = String((row.properties as Record<string, unknown>).method ?? 'email')
  const { user_id: _, tenant_id: __, ...nobody } = row
  const name = method === 'email' ? 'login_failed' : random.chance(0.8) ? 'login_failed' : 'oauth_failed'
  const attempt = { ...nobody, name, anonymous_id: `login-${random.uuid(atMs).slice(0, 13)}`, properties: { method } }
  return [
    ...(failed ? [{ kind: 'events' as const, atMs, id: random.uuid(atMs), row: attempt }] : []),
    { ...fact, row: { ...row, ...away } },
  ]
}

/** What became of a mail, as its provider tells it. */
function mail({ atMs, row }: SimFact, random: Random, subject: string): SimFact {
  const status = random.weighted(MAIL_ENDS).status
  const at = iso(atMs)
  const id = `mail_${random.uuid(atMs).replaceAll('-', '').slice(0, 24)}`
  const to = { user_id: row.user_id, tenant_id: row.tenant_id }
  return {
    kind: 'messages',
    atMs,
    row: { id, ts: at, ...to, channel: 'email', direction: 'out', status, subject, updated_at: at },
  }
}

const MAIL_ENDS = [
  { weight: 26, status: 'delivered' },
  { weight: 42, status: 'opened' },
  { weight: 26, status: 'clicked' },
  { weight: 2.4, status: 'bounced' },
  { weight: 0.8, status: 'unsubscribed' },
  { weight: 2.8, status: 'sent' },
]

/** The parameters by task, as the product sets them. */
const PARAMETERS: Record<string, Record<string, number>> = {
  generate_page: { temperature: 0.4, max_tokens: 32_000 },
  edit_section: { temperature: 0.2, max_tokens: 8_000 },
  write_copy: { temperature: 0.9, top_p: 0.95, max_tokens: 2_000 },
  describe_image: { temperature: 0.3, max_tokens: 500 },
  suggest_layout: { temperature: 0.7, max_tokens: 1_000 },
}

function ofCall(fact: SimFact, random: Random): SimFact[] {
  const { row } = fact
  if (row.ai === false) return served(fact, random)
  const parameters = PARAMETERS[String(row.feature)]
  const campaign = row.feature === 'write_teaser' && random.chance(0.4) ? { campaign_id: 'newsletter' } : {}
  // Users may turn the temperature up.
  const warmer = parameters && random.chance(0.12) ? { temperature: Math.round(random.between(0, 10)) / 10 } : {}
  return [{ ...fact, row: { ...row, ...parameters, ...warmer, ...campaign } }]
}

/** Acme Studio's own API: its rate limit refuses a few, and its errors are told. */
function served(fact: SimFact, random: Random): SimFact[] {
  const { atMs, row } = fact
  if (row.status === 'ok' && row.user_id && random.chance(0.003)) {
    return [{ ...fact, row: { ...row, status: 'error', error_kind: 'rate_limit', http_status: 429, latency_ms: 3 } }]
  }
  if (row.error_kind !== 'server') return [fact]
  const { kind, message } = random.pick(SERVER_ERRORS)
  const where = { url: row.endpoint, release: 'v4.2', tenant_id: row.tenant_id, user_id: row.user_id }
  const error = { ts: iso(atMs), source: 'server', severity: 'error', kind, message, ...where }
  return [fact, { kind: 'app_errors', atMs, id: random.uuid(atMs), row: error }]
}

const SERVER_ERRORS = [
  { kind: 'TimeoutError', message: 'asset store did not answer within 5000 ms' },
  { kind: 'ConflictError', message: 'project was changed by somebody else' },
  { kind: 'TypeError', message: 'section.children is not iterable' },
]
