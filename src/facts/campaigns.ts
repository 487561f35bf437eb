import { z } from 'zod'
import { choice, currency, id, instant, minor, object, optionalId, tenant, text, texts, withRest } from './fields.ts'
import { each, newest, type StateChange, upsertStates, withDefaults } from './states.ts'
import { defineFact, type Tx } from './types.ts'

const schema = z.looseObject({
  id: id(),
  name: text(300),
  tenant_id: tenant(),
  user_id: optionalId(),
  channel: text(100),
  kind: choice('acquisition', 'engagement', 'content', 'other'),
  status: text(50),
  tags: texts(),
  budget: minor(),
  currency: currency(),
  started_at: instant(),
  ended_at: instant(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))

/** What brings users to a campaign is that their referrer names it. */
const isNamedOtherwise = ({ before, after }: StateChange): boolean => !before || before.name !== after.name

/** What a campaign cost counts by its kind, its channel and its tenant. */
const isSpentOtherwise = ({ before, after }: StateChange): boolean =>
  ['kind', 'channel', 'tenant_id'].some((name) => (before?.[name] ?? null) !== (after[name] ?? null))

export default defineFact({
  kind: 'campaigns',
  path: 'campaigns',
  mode: 'upsert',
  keepsRow: false,
  doc: 'A marketing campaign: id, name, channel, kind (acquisition counts towards CAC), budget in minor units.',
  schema,
  ts: (row) => row.updated_at,
  store: (row, { ts, currency: reporting }) =>
    withDefaults(
      {
        campaign_id: row.id,
        name: row.name,
        tenant_id: row.tenant_id,
        user_id: row.user_id,
        channel: row.channel,
        kind: row.kind,
        status: row.status,
        tags: row.tags,
        budget_minor: row.budget,
        currency: row.currency,
        started_at: row.started_at,
        ended_at: row.ended_at,
        updated_at: ts,
        properties: withRest(KNOWN, row, row.properties),
      },
      { kind: 'other', currency: reporting },
    ),
  write: upsertStates(
    'campaigns',
    ['campaign_id'],
    {
      ...each(newest, 'name', 'tenant_id', 'user_id', 'channel', 'kind', 'status', 'tags'),
      ...each(newest, 'budget_minor', 'currency', 'started_at', 'ended_at', 'properties'),
    },
    async (tx, changes, batch) => {
      const ids = changes.filter(isSpentOtherwise).map(({ after }) => after.campaign_id as string)
      await tx`
        insert into dirty_buckets
        select distinct 'spend_days', (day + interval '12 hours') at time zone ${batch.timeZone} from campaign_spend
        where campaign_id = any(${ids}::text[])`
      const named = changes
        .filter(isNamedOtherwise)
        .flatMap(({ before, after }) => [before?.name, after.name, after.campaign_id])
      await markBroughtUsers(
        tx,
        named.filter((name) => typeof name === 'string'),
        batch.timeZone,
      )
    },
  ),
})

/** The days on which users signed up, or paid, whose referrer is one of some names. */
async function markBroughtUsers(tx: Tx, names: string[], timeZone: string): Promise<void> {
  if (names.length === 0) return
  const lower = names.map((name) => name.toLowerCase())
  await tx`
    with brought as (
      select user_id, created_at from users where lower(referrer) = any(${lower}::text[]) and referrer is not null
    )
    insert into dirty_buckets
    select 'campaign_days', date_trunc('day', created_at, ${timeZone}) from brought
    union
    select 'campaign_days', date_trunc('day', p.ts, ${timeZone}) from brought join payments p using (user_id)`
}
