import { campaignDayRows, OF_CAMPAIGN, withCampaign } from './campaign-rows.ts'
import { aiCostRows, gpuRows, policyRows } from './costs-rows.ts'
import type { Expr, Fragment, SqlContext } from './metric.ts'
import { gapRows, newCountryRows, signInFailureRows, spikeRows, webhookRows } from './quality-rows.ts'
import { BY_USER, column, inScopes, plain, type Rollup, since } from './rollup-kit.ts'
import { hoursOf, onDays, type Window } from './window.ts'

/** Of what belongs to no tenant there is only the whole. */
const wholeOnly = ({ sql }: SqlContext, { scopes }: Window): Fragment => sql`'*' = any(${scopes}::text[])`

const ENDPOINTS: Expr = ({ sql }) => sql`facet = 'endpoint'`
const COUNTRIES: Expr = ({ sql }) => sql`facet = 'country'`

/** What was made and how well, where it went wrong, what it brought: the roll-ups of src/rollups/quality.ts. */
export const qualityRollups = {
  endpoints: {
    table: 'call_facet_days',
    facts: 'api-calls',
    dims: { endpoint: column('value') },
    rows: plain('call_facet_days', ENDPOINTS),
    first: since('call_facet_days', ENDPOINTS),
  },
  callCountries: {
    table: 'call_facet_days',
    facts: 'api-calls',
    dims: { country: column('value') },
    rows: plain('call_facet_days', COUNTRIES),
    first: since('call_facet_days', COUNTRIES),
  },
  content: {
    table: 'content_days',
    facts: 'api-calls',
    dims: {
      type: column('content_type'),
      task: column('task'),
      provider: column('provider'),
      model: column('model'),
    },
    rows: plain('content_days'),
    first: since('content_days'),
  },
  parameters: {
    table: 'parameter_days',
    facts: 'api-calls',
    dims: {
      name: column('name'),
      value: ({ sql }) => sql`r.name || ' ' || r.step::text`,
    },
    rows: plain('parameter_days'),
    first: since('parameter_days'),
  },
  policy: {
    table: 'content_days, model_policies and model_prices',
    facts: 'api-calls',
    dims: { task: column('task'), model: column('model') },
    rows: policyRows,
    first: ({ sql, zone }) => sql`select greatest(
      (select min(day) from content_days where scope = '*'),
      (select (min(since) at time zone ${zone})::date from model_policies))
      where exists (select from model_policies) and exists (select from content_days)`,
  },
  aiCosts: {
    table: 'api_call_days and gauge_hours',
    facts: 'api-calls',
    dims: { item: column('item') },
    rows: aiCostRows,
    first: ({ sql, zone }) => sql`select least(
      (select min(at) from api_call_days where scope = '*' and ai),
      (select (min(hour) at time zone ${zone})::date from gauge_hours where scope = '*' and name like 'workers.gpu_running:%'))`,
  },
  gpu: {
    table: 'gauge_hours and model_prices',
    facts: 'gauges',
    dims: { instance: column('instance') },
    rows: gpuRows,
    first: ({ sql, zone }) => sql`select (min(hour) at time zone ${zone})::date from gauge_hours
      where scope = '*' and name like 'workers.gpu_running:%'`,
  },
  callHours: {
    table: 'api_call_hours',
    facts: 'api-calls',
    dims: { service: column('service') },
    rows: (q, w) => q.sql`select scope, calls, service, (at at time zone ${q.zone})::date as day,
        extract(hour from at at time zone ${q.zone})::int as local_hour
      from (select *, at as hour from api_call_hours where ${inScopes(q, w)}) h where ${hoursOf(q, w)}`,
    first: ({ sql, zone }) => sql`select (min(at) at time zone ${zone})::date from api_call_hours where scope = '*'`,
  },
  pages: {
    table: 'page_days',
    facts: 'events',
    dims: { page: column('path'), device: column('device') },
    rows: plain('page_days'),
    first: since('page_days'),
  },
  vitals: {
    table: 'vital_days',
    facts: 'web-vitals',
    dims: { page: column('path'), device: column('device') },
    rows: plain('vital_days'),
    first: since('vital_days'),
  },
  appErrors: {
    table: 'error_days',
    facts: 'app-errors',
    dims: { source: column('source'), kind: column('kind') },
    rows: plain('error_days'),
    first: since('error_days'),
  },
  troubles: {
    table: 'user_trouble_days',
    facts: 'app-errors',
    dims: {},
    rows: plain('user_trouble_days'),
    first: ({ sql, zone }) => sql`select least(
      (select min(day) from error_days where scope = '*'),
      (select (min(at) at time zone ${zone})::date from api_call_hours where scope = '*'))`,
    people: BY_USER,
  },
  signInCountries: {
    table: 'user_countries',
    facts: 'events',
    dims: { country: column('country') },
    rows: newCountryRows,
    first: ({ sql }) => sql`select min(first_day) from user_countries where scope = '*'`,
    people: BY_USER,
  },
  spikes: {
    table: 'user_days',
    facts: 'api-calls',
    dims: {},
    rows: spikeRows,
    // Of days, not of people and days: where nothing ever cost anything, all of it is read.
    first: ({ sql }) => sql`select min(at) from api_call_days where scope = '*' and cost > 0`,
    people: BY_USER,
  },
  tickets: {
    table: 'ticket_days',
    facts: 'tickets',
    dims: { priority: column('priority') },
    rows: plain('ticket_days'),
    first: since('ticket_days'),
  },
  emails: {
    table: 'message_days',
    facts: 'messages',
    dims: {},
    rows: plain('message_days', ({ sql }) => sql`channel = 'email' and direction = 'out'`),
    first: since('message_days', ({ sql }) => sql`channel = 'email' and direction = 'out'`),
  },
  deliveries: {
    table: 'delivery_days',
    facts: 'webhook-deliveries',
    dims: { host: column('host'), event: column('event') },
    rows: plain('delivery_days'),
    first: since('delivery_days'),
  },
  webhooks: {
    table: 'webhook_events',
    facts: 'webhook-deliveries',
    dims: { provider: column('provider') },
    rows: webhookRows,
    first: ({ sql, zone }) => sql`select (min(received_at) at time zone ${zone})::date from webhook_events`,
  },
  prompts: {
    table: 'prompt_days',
    facts: 'prompts',
    dims: { model: column('model'), site_type: column('site_type'), industry: column('industry') },
    rows: plain('prompt_days'),
    first: since('prompt_days'),
  },
  gaps: {
    table: 'prompt_days',
    facts: 'prompts',
    dims: {},
    rows: gapRows,
    first: since('prompt_days'),
  },
  components: {
    table: 'component_days',
    facts: 'component-uses',
    dims: { component: column('component'), kind: column('kind'), category: column('category') },
    rows: (q, w) => q.sql`select d.*, coalesce(c.name, d.component_id) as component, coalesce(c.kind, '') as kind,
        coalesce(c.category, '') as category, c.quality
      from component_days d left join components c using (component_id)
      where ${inScopes(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: since('component_days'),
  },
  exposures: {
    table: 'exposure_days',
    facts: 'exposures',
    dims: { experiment: column('experiment_id'), variant: column('variant') },
    rows: plain('exposure_days'),
    first: since('exposure_days'),
  },
  exposed: {
    table: 'exposed_people',
    facts: 'exposures',
    dims: { experiment: column('experiment_id'), variant: column('variant') },
    rows: (q, w) => q.sql`select *, first_day as day from exposed_people
      where ${inScopes(q, w)} and ${onDays(q, q.sql`first_day`, w)}`,
    first: since('exposure_days'),
  },
  campaigns: {
    table: 'campaign_days',
    facts: 'campaign-spend',
    dims: OF_CAMPAIGN,
    rows: campaignDayRows,
    first: since('campaign_days'),
  },
  campaignUse: {
    table: 'campaign_use_days',
    facts: 'events',
    dims: OF_CAMPAIGN,
    rows: withCampaign('campaign_use_days'),
    first: since('campaign_use_days'),
  },
  campaignUsers: {
    table: 'campaign_user_days',
    facts: 'events',
    dims: OF_CAMPAIGN,
    rows: withCampaign('campaign_user_days'),
    first: since('campaign_use_days'),
  },
  intake: {
    table: 'intake_days',
    facts: 'events',
    dims: { source: column('source'), kind: column('kind') },
    rows: (q, w) => q.sql`select '*'::text as scope, i.* from intake_days i
      where ${wholeOnly(q, w)} and ${onDays(q, q.sql`day`, w)}`,
    first: ({ sql }) => sql`select min(day) from intake_days`,
  },
  signInFailures: {
    table: 'sign_in_failure_days',
    facts: 'events',
    dims: {},
    rows: signInFailureRows,
    first: ({ sql }) => sql`select min(day) from sign_in_failure_days`,
  },
} satisfies Record<string, Rollup>
