import type { Expr } from '../../metrics/metric.ts'
import { ownRows } from '../own-rows.ts'
import {
  AT,
  boolean,
  cost,
  date,
  dayAt,
  during,
  isFolded,
  money,
  ms,
  number,
  ofScope,
  PERSON,
  placeOf,
  type RowColumn,
  type RowSource,
  text,
} from '../source.ts'

export const emails: RowSource = {
  noun: 'e-mail',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, message_id as id, ${dayAt(q, 'ts')} as day, user_id, tenant_id, status,
      recipient, subject, 1 as n,
      (status in ('delivered', 'opened', 'clicked', 'complained', 'unsubscribed'))::int as delivered,
      (status in ('opened', 'clicked', 'unsubscribed'))::int as opened, (status = 'clicked')::int as clicked,
      (status = 'bounced')::int as bounced, (status = 'failed')::int as failed,
      (status in ('unsubscribed', 'complained'))::int as unsubscribed
    from messages
    where channel = 'email' and direction = 'out' and ${during(q, 'ts', span)} and ${ofScope(q, span)}`,
  columns: {
    ...AT,
    ...PERSON,
    status: text('Status'),
    recipient: text('To', { personal: true }),
    subject: text('Subject', { personal: true }),
  },
}

export const prompts: RowSource = {
  noun: 'prompt',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, prompt_id as id, ${dayAt(q, 'ts')} as day, user_id, tenant_id,
      coalesce(model, '') as model, coalesce(site_type, '') as site_type, coalesce(industry, '') as industry, status,
      library_used as library, duration_ms as took_ms, 1 as n, coalesce(status = 'succeeded', false)::int as succeeded,
      coalesce(status = 'failed', false)::int as failed, (duration_ms is not null)::int as duration_n,
      coalesce(duration_ms, 0) as duration_ms, (library_used is not null)::int as library_n,
      coalesce(library_used, false)::int as library_used,
      hist_of(array[hist_bucket(duration_ms)], array[(duration_ms is not null)::int::bigint]) as hist
    from prompts where ${during(q, 'ts', span)} and ${ofScope(q, span)}`,
  columns: {
    ...AT,
    prompt_id: text('Prompt', { from: 'id' }),
    ...PERSON,
    site_type: text('Site type'),
    industry: text('Industry'),
    model: text('Model'),
    status: text('Status'),
    library: boolean('Library'),
    duration: ms('Time taken', { from: 'took_ms' }),
  },
}

export const gaps: RowSource = {
  noun: 'gap',
  facts: ownRows('gaps', ({ sql }) => sql`r.site_type || ' ' || r.industry`),
  columns: {
    site_type: text('Site type'),
    industry: text('Industry'),
    prompts: number('Prompts of 30 days'),
    helped: number('With the library'),
  },
}

export const components: RowSource = {
  noun: 'use',
  partitioned: 'component_uses',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, u.*, ${dayAt(q, 'u.at')} as day, coalesce(c.name, u.component_id) as component,
      coalesce(c.kind, '') as kind, coalesce(c.category, '') as category, c.quality
    from (
      select ts as at, ${placeOf(q, 'component_uses')} as id, component_id, user_id, tenant_id, object_id, ok as worked, 1 as n,
        (ok is not null)::int as told, coalesce(ok, false)::int as ok
      from component_uses where ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}
    ) u left join components c using (component_id)`,
  columns: {
    ...AT,
    component: text('Component'),
    kind: text('Kind'),
    category: text('Category'),
    quality: number('Quality'),
    went_well: boolean('Went well', { from: 'worked' }),
    ...PERSON,
    object_id: text('In'),
  },
}

export const exposures: RowSource = {
  noun: 'exposure',
  partitioned: 'exposures',
  facts: (q, span) => q.sql`
    select ${span.scope}::text as scope, ts as at, ${placeOf(q, 'exposures')} as id, ${dayAt(q, 'ts')} as day, experiment_id,
      variant, user_id, tenant_id, 1 as n
    from exposures where ${during(q, 'ts', span)} and ${ofScope(q, span)} and ${isFolded(q)}`,
  columns: { ...AT, experiment: text('Experiment', { from: 'experiment_id' }), variant: text('Variant'), ...PERSON },
}

export const exposed: RowSource = {
  noun: 'person and variant',
  facts: ownRows('exposed', ({ sql }) => sql`concat_ws(' ', r.experiment_id, r.variant, r.person)`),
  columns: {
    day: date('First seen'),
    experiment: text('Experiment', { from: 'experiment_id' }),
    variant: text('Variant'),
    person: text('Person', { personal: true }),
  },
}

const CAMPAIGN: Record<string, RowColumn> = {
  day: date('Day'),
  campaign: text('Campaign'),
  channel: text('Channel'),
  kind: text('Kind'),
}
const byCampaign: Expr = ({ sql }) => sql`r.campaign_id`

export const campaigns: RowSource = {
  noun: 'campaign on a day',
  facts: ownRows('campaigns', ({ sql }) => sql`r.campaign_id || ' ' || r.currency`),
  columns: {
    ...CAMPAIGN,
    spend: money('Spend', { from: 'spend_minor' }),
    revenue: money('Revenue', { from: 'revenue_minor' }),
    currency: text('Currency'),
    impressions: number('Impressions'),
    clicks: number('Clicks'),
    conversions: number('Conversions'),
    signups: number('Sign-ups'),
  },
}

export const campaignUse: RowSource = {
  noun: 'campaign on a day',
  facts: ownRows('campaignUse', byCampaign),
  columns: { ...CAMPAIGN, calls: number('AI calls'), events: number('Events'), cost: cost('AI cost') },
}

export const campaignUsers: RowSource = {
  noun: 'day of a person',
  thing: { noun: 'person', column: 'user_id' },
  facts: ownRows('campaignUsers', ({ sql }) => sql`r.user_id || ' ' || r.campaign_id`),
  columns: { user_id: text('User'), ...CAMPAIGN },
}
