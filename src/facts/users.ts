import { z } from 'zod'
import { id, instant, object, optionalId, tenant, text, withRest } from './fields.ts'
import { defineFact } from './types.ts'
import { earliest, type Merge, mergeStates, newest, upsertInto } from './upsert.ts'

const schema = z.looseObject({
  id: id(),
  tenant_id: tenant(),
  email: text(320),
  username: text(300),
  plan: optionalId(),
  status: text(50),
  provider: text(100),
  country: text(100),
  city: text(200),
  time_zone: text(100),
  referrer: text(2000),
  created_at: instant(),
  updated_at: instant(),
  traits: object(),
  ip: text(100),
})
const KNOWN = new Set(Object.keys(schema.shape))
const NEWEST = ['tenant_id', 'email', 'username', 'plan', 'provider', 'country', 'city', 'time_zone', 'referrer']

/** A creation that was told beats one that was guessed. */
const firstCreation: Merge = (older, newer) => {
  if (newer.created_known) return mergeStates(older, newer)
  if (!older.created_known) return earliest('created_at')(older, newer)
  return { ...mergeStates(older, newer), created_at: older.created_at, created_known: true }
}

export default defineFact({
  kind: 'users',
  path: 'users',
  mode: 'upsert',
  keepsRow: true,
  doc: 'A person who uses the product: id, e-mail, plan, created_at, traits.',
  schema,
  ts: (row) => row.updated_at,
  store: (row, { ts, meta, enrich }) => ({
    user_id: row.id,
    tenant_id: row.tenant_id,
    email: row.email,
    username: row.username,
    plan: row.plan,
    status: row.status,
    provider: row.provider,
    // Only the user's own address tells where they are; the request's may be a server's.
    country: row.country ?? (row.ip === undefined ? undefined : (enrich(row.ip, undefined).country ?? undefined)),
    city: row.city,
    time_zone: row.time_zone,
    referrer: row.referrer,
    // Never told: the instant of the first identify, which the fold may still move to the first activity.
    created_at: row.created_at ?? (meta.exemptRetention ? ts : min(ts, meta.receivedAt)),
    created_known: row.created_at !== undefined,
    updated_at: ts,
    traits: withRest(KNOWN, row, row.traits),
  }),
  write: upsertInto(
    'users',
    ['user_id'],
    async (tx, json, batch, rows) => {
      // The fold writes users too: with their rows locked, what the statement finds as old is what it overwrites.
      await tx`
        select from users where user_id = any(${rows.map((row) => row.user_id as string)}::text[])
        order by user_id for update`
      await tx`
      with input as materialized (select * from json_populate_recordset(null::users, ${json}::text::json)),
      old as materialized (select * from users where user_id in (select user_id from input)),
      stored as (
        insert into users as t (user_id, tenant_id, email, username, plan, status, provider, country, city, time_zone,
          referrer, created_at, created_known, updated_at, traits)
        select user_id, coalesce(tenant_id, ''), email, username, plan, coalesce(status, 'active'), provider, country,
          city, time_zone, referrer, created_at, created_known, updated_at, traits
        from input
        on conflict (user_id) do update set
          ${newest(tx, NEWEST.slice(1))},
          tenant_id = case when excluded.tenant_id <> '' and (t.tenant_id = '' or excluded.updated_at >= t.updated_at)
            then excluded.tenant_id else t.tenant_id end,
          status = case when excluded.updated_at >= t.updated_at
            then coalesce((select i.status from input i where i.user_id = t.user_id), t.status) else t.status end,
          created_at = case
            when excluded.created_known and (excluded.updated_at >= t.updated_at or not t.created_known)
              then excluded.created_at
            when t.created_known then t.created_at
            else least(t.created_at, excluded.created_at) end,
          created_known = t.created_known or excluded.created_known,
          traits = case when excluded.updated_at >= t.updated_at
            then coalesce(t.traits, '{}') || coalesce(excluded.traits, '{}')
            else coalesce(excluded.traits, '{}') || coalesce(t.traits, '{}') end,
          updated_at = greatest(t.updated_at, excluded.updated_at)
        returning user_id, tenant_id, created_at, status, provider, country, referrer
      ),
      changed as materialized (
        select s.user_id, s.tenant_id, s.created_at, o.created_at as old_created,
          (s.created_at, s.tenant_id, s.status = 'deleted')
            is distinct from (o.created_at, o.tenant_id, o.status = 'deleted') as moved,
          (s.provider, s.country, s.referrer) is distinct from (o.provider, o.country, o.referrer) as regrouped
        from stored s left join old o using (user_id)
      ),
      marked as (
        insert into dirty_buckets
        select distinct 'signup_days', date_trunc('day', at, ${batch.timeZone})
        from changed, lateral (values (created_at), (old_created)) v(at)
        where (moved or regrouped) and at is not null
      ),
      paid as (
        insert into dirty_buckets
        select distinct 'campaign_days', date_trunc('day', p.ts, ${batch.timeZone})
        from changed join payments p using (user_id) where regrouped
      ),
      listed as (insert into dirty_user_stats select user_id from stored)
      insert into dirty_users select user_id, tenant_id from changed where moved`
    },
    firstCreation,
  ),
})

const min = (a: Date, b: Date): Date => (a < b ? a : b)
