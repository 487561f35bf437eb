import type { Fragment, Sql } from 'postgres'
import { flagSetText } from '../actions/product/words.ts'
import type { Day } from '../lib/time.ts'
import { formatValue } from '../metrics/format.ts'
import { awayWords } from '../sources/names.ts'
import type { AnnotationKind } from './kinds.ts'

/** Between which instants, of what, and how finely where a source has many a day. */
export interface SourceAsk {
  sql: Sql
  from: Date
  until: Date
  /** The same as days of the zone. */
  days: { from: Day; to: Day }
  scope: string
  by: 'day' | 'hour'
  timeZone: string
}

/** A row of a source, before it has words. */
export interface FoundRow {
  id: number | null
  source: SourceName
  kind: AnnotationKind
  at: Date
  day: Day | null
  tenantId: string
  tenant: string | null
  subject: string | null
  note: string | null
  /** How many, how much, how long: what makes one weigh more than another of its kind. */
  n: number | null
  link: string | null
}

interface AnnotationSource {
  /** Select with the columns id, kind, at, day, tenant_id, subject, note, n, link; undefined = nothing in this scope. */
  rows: (ask: SourceAsk) => Fragment | undefined
  words: (row: FoundRow) => string
}

/** Jobs of these kinds are deployments. */
const DEPLOY_KINDS = ['deploy', 'deployment', 'redeploy']
/** Events that tell of a deployment or of a changed flag; names in lower case, words joined by "_". */
const DEPLOY_EVENTS = ['deploy', 'deployed', 'deployment', 'deploy_succeeded', 'release', 'released']
const FLAG_EVENTS = [
  'feature_flag_changed',
  'feature_flag_created',
  'feature_flag_updated',
  'feature_flag_enabled',
  'feature_flag_disabled',
  'flag_changed',
]

/**
 * Where annotations come from. Only what people and programs wrote is stored as such; the rest is read from the tables
 * that hold it anyway. What belongs to no tenant is told to those who look at all of them, as in the activity feed.
 */
export const annotationSources = {
  written: {
    rows: ({ sql, from, until, days, scope, timeZone }) => sql`
      select id::float8, kind, coalesce(at, day::timestamp at time zone ${timeZone}) as at, day::text, tenant_id,
        text as subject, null as note, null::float8 as n, link
      from annotations
      where ((at >= ${from} and at < ${until}) or day between ${days.from} and ${days.to})
        ${scope === '*' ? sql`` : sql`and tenant_id in ('', ${scope})`}
      order by 3 desc limit ${MOST}`,
    words: ({ subject }) => subject ?? '',
  },

  // A model's first price is no change, and nobody looks for that of a model which is not used.
  prices: {
    rows: ({ sql, from, until, days, scope }) => sql`
      select null::float8, 'price', p.since, null, '', p.model,
        json_build_object('input', p.input_per_mtok, 'output', p.output_per_mtok, 'hour', p.per_hour,
          'currency', p.currency)::text,
        null::float8, null
      from model_prices p
      where p.since >= ${from} and p.since < ${until}
        and exists (
          select from model_prices o where o.provider = p.provider and o.model = p.model and o.since < p.since)
        and exists (
          select from api_call_days d
          where d.scope = ${scope} and d.at between ${days.from} and ${days.to} and d.ai
            and starts_with(lower(d.model), lower(p.model)) and (p.provider = '' or lower(d.provider) = lower(p.provider)))
      order by p.since desc limit ${MOST}`,
    words: ({ subject, note }) => `${subject} now ${priceText(note)}`,
  },

  campaigns: {
    rows: ({ sql, from, until, scope }) => sql`
      select null::float8, 'campaign', started_at, null, tenant_id, coalesce(nullif(name, ''), campaign_id), channel,
        null::float8, null
      from campaigns
      where started_at >= ${from} and started_at < ${until}
        ${scope === '*' ? sql`` : sql`and tenant_id in ('', ${scope})`}
      order by started_at desc limit ${MOST}`,
    words: ({ subject }) => `campaign “${subject}”`,
  },

  // From the roll-up: a product that deploys its users' sites has thousands a day.
  deploys: {
    rows: ({ sql, from, until, scope, by, timeZone }) => sql`
      select null::float8, 'deploy', date_trunc(${by}, hour, ${timeZone}),
        case when ${by === 'day'} then date_trunc('day', hour at time zone ${timeZone})::date::text end,
        '', null, null, sum(succeeded)::float8, null
      from job_hours
      where scope = ${scope} and hour >= ${from} and hour < ${until} and kind = any(${DEPLOY_KINDS}) and succeeded > 0
      group by 3, 4`,
    words: ({ n }) => (n === 1 ? 'deploy' : `${(n ?? 0).toLocaleString('en-US')} deploys`),
  },

  // A day has the names of its events; who counts by the hour is told of jobs only.
  told: {
    rows: ({ sql, days, scope, timeZone }) => sql`
      select null::float8, case when k.flag then 'flag' else 'deploy' end, e.day::timestamp at time zone ${timeZone},
        e.day::text, '', min(e.name), null, sum(e.n)::float8, null
      from event_days e
      cross join lateral (select replace(lower(e.name), ' ', '_') as name) w
      cross join lateral (select w.name = any(${FLAG_EVENTS}) as flag) k
      where e.scope = ${scope} and e.day between ${days.from} and ${days.to}
        and (k.flag or w.name = any(${DEPLOY_EVENTS}))
      group by e.day, k.flag order by e.day desc limit ${MOST}`,
    words: ({ kind, n, subject }) => {
      const many = n === 1 ? '' : `, ${(n ?? 0).toLocaleString('en-US')} times`
      return kind === 'flag' ? `feature flag changed${many}` : `${subject ?? 'deploy'}${many}`
    },
  },

  // Set from here: what the main app said it did.
  flags: {
    rows: ({ sql, from, until, scope }) =>
      scope === '*'
        ? sql`
      select null::float8, 'flag', settled_at, null, '', request ->> 'flag', request::text, null::float8,
        '/dashboard/actions/' || id
      from action_runs
      where action = 'set-flag' and state = 'done' and settled_at >= ${from} and settled_at < ${until}
      order by settled_at desc limit ${MOST}`
        : undefined,
    words: ({ subject, note }) => `flag “${subject}” ${flagSetText(note)}`,
  },

  experiments: {
    rows: ({ sql, from, until, scope }) =>
      scope === '*'
        ? sql`
      select null::float8, 'flag', w.at, null, '', coalesce(nullif(x.name, ''), x.experiment_id), w.what, null::float8, null
      from experiments x cross join lateral (values (x.started_at, 'started'), (x.ended_at, 'ended')) w (at, what)
      where w.at >= ${from} and w.at < ${until}
      order by w.at desc limit ${MOST}`
        : undefined,
    words: ({ subject, note }) => `experiment “${subject}” ${note}`,
  },

  incidents: {
    rows: ({ sql, from, until, scope }) =>
      scope === '*'
        ? sql`
      select null::float8, 'incident', first_at, null, '', kind, concat_ws(': ', nullif(provider, ''), message),
        n::float8, null
      from incidents
      where severity = 'error' and first_at >= ${from} and first_at < ${until}
      order by n desc limit ${MOST}`
        : undefined,
    words: ({ note, n }) => `${note}${n && n > 1 ? `, ${n.toLocaleString('en-US')} times` : ''}`,
  },

  outages: {
    rows: ({ sql, from, until, scope }) =>
      scope === '*'
        ? sql`
      select null::float8, 'source', s.at, null, '', s.source, s.reason,
        (select r.down_ms from source_events r
         where r.source = s.source and r.state = 'recovered' and r.at >= s.at order by r.at limit 1)::float8,
        null
      from source_events s
      where s.state = 'degraded' and s.at >= ${from} and s.at < ${until}
      order by s.at desc limit ${MOST}`
        : undefined,
    words: ({ subject, n }) =>
      `${awayWords(subject ?? '')}${n ? `, for ${formatValue(n, 'ms', 'table')}` : ''}`.replace(/^The /, 'the '),
  },

  changes: {
    rows: ({ sql, from, until, scope }) =>
      scope === '*'
        ? sql`
      select null::float8, 'admin', at, null, '', action, coalesce(detail ->> 'name', detail ->> 'role', target),
        null::float8, null
      from audit_log
      where action = any(${Object.keys(CHANGES)})
        and at >= ${from} and at < ${until} and (action <> 'job.run' or target = any(${REWRITING_JOBS}))
      order by at desc limit ${MOST}`
        : undefined,
    words: ({ subject, note }) => CHANGES[subject ?? '']?.(note ?? '') ?? String(subject),
  },
} as const satisfies Record<string, AnnotationSource>

export type SourceName = keyof typeof annotationSources

/** Rows of one source: enough for three years of a quiet one, and a bound for a noisy one. */
const MOST = 300
/** Jobs that change what history says, when somebody runs them. */
const REWRITING_JOBS = ['rebuild', 'backfill', 'recompute']

const CHANGES: Record<string, (what: string) => string> = {
  'admin.create': (role) => `new ${role} added`,
  'key.create': (name) => `key “${name}” made`,
  'key.revoke': () => 'a key revoked',
  'settings.change': (what) => `${settingWords(what)} changed`,
  'custom_metric.update': (what) => `the definition of ${what.replace(/^metric:/, '')} changed`,
  'rates.change': () => 'exchange rates changed',
  'finance.enter': () => 'costs and balances entered',
  'user.create': () => 'a user made',
  'user.change_plan': () => 'the plan of a user changed',
  'user.trial': () => 'a trial granted',
  'user.waive_fees': () => 'fees of a user waived',
  'user.suspend': () => 'a user suspended',
  'user.ban': () => 'a user banned',
  'user.reinstate': () => 'a user reinstated',
  'user.delete': () => 'a user deleted',
  'product.maintenance_on': () => 'maintenance mode turned on',
  'product.maintenance_off': () => 'maintenance mode turned off',
  'product.set_rate_limit': () => 'a rate limit changed',
  'job.run': (job) => `${job} run by hand`,
}

function settingWords(what: string): string {
  const [, metric] = what.split('threshold:')
  return metric === undefined ? what.replaceAll('_', ' ') : `thresholds of ${metric}`
}

interface PriceNote {
  input: number | null
  output: number | null
  hour: number | null
  currency: string
}

/** "$3.00 / $15.00 per 1M", "$1.01 an hour". */
function priceText(note: string | null): string {
  const { input, output, hour, currency } = JSON.parse(note ?? '{}') as PriceNote
  const text = (amount: number) => formatValue(amount, 'money', 'table', currency)
  if (hour !== null) return `${text(hour)} an hour`
  return `${[input, output].flatMap((amount) => (amount === null ? [] : text(amount))).join(' / ')} per 1M`
}
