import type { Tx } from '../facts/types.ts'
import { localDay } from './fragments.ts'
import { byOwner } from './owners.ts'
import type { FoldContext, Fragment, RollupConfig, Source } from './types.ts'

/** Steps that have numbers of their own, by the names of events and the kinds of objects that are one. */
export const STEPS = {
  project: ['project', 'project_created'],
  upload: ['upload', 'file_uploaded'],
  worklog: ['worklog', 'worklog_created'],
  report: ['report', 'report_generated'],
  // The stages of the funnel that are a name; its visitors are whoever looks at a page.
  request: ['request', 'prompt_submitted'],
  email: ['email_given', 'user_signed_up', 'Signed Up'],
  verified: ['email_verified', 'Email Verified'],
  build: ['build'],
  deployed: ['deployment', 'site_deployed'],
} as const

/** The names whose first time is kept for each user. */
export function firstNames({ activationEvents, keyFeatures }: RollupConfig): string[] {
  return [...new Set([...Object.values(STEPS).flat(), ...activationEvents, ...keyFeatures])]
}

/** The first of each such event of a user. */
export async function foldFirstsOfEvents(context: FoldContext, source: Source): Promise<void> {
  await foldFirsts(context, ofEvents(context, source))
}

/** The same of the jobs that users began. */
export async function foldFirstsOfJobs(context: FoldContext, source: Source): Promise<void> {
  await foldFirsts(context, ofJobs(context, source))
}

/** Of objects that were created on the days `d`: a fold of their buckets calls it. */
export function firstsOfObjects({ tx, config }: FoldContext, d: Fragment): Fragment {
  return putFirsts(
    tx,
    tx`
      select ${ownerOf(tx)} as user_id, o.kind as name, min(o.created_at) as ts
      from (${d}) d join objects o on o.created_at >= d.start and o.created_at < d.until
      where o.user_id <> '' and o.kind = any(${firstNames(config)}::text[])
      group by 1, 2`,
  )
}

/** For whom what an object names as its user is counted. */
export const ownerOf = (tx: Tx): Fragment =>
  tx`coalesce((select m.user_id from merged_ids m where m.id = o.user_id), o.user_id)`

/**
 * A name that is asked for since the last time: its firsts are looked up once, among all facts that are folded. What is
 * pending is left to the fold.
 */
export async function learnNames(context: FoldContext): Promise<void> {
  const { tx, now } = context
  const wanted = firstNames(context.config)
  const missing = await tx<{ name: string }[]>`
    select name from unnest(${wanted}::text[]) name where name not in (select name from first_names)`
  if (missing.length === 0) return
  const names = missing.map(({ name }) => name)
  await tx`insert into first_names select name, ${now} from unnest(${names}::text[]) name`
  const config = { ...context.config, activationEvents: names, keyFeatures: [] }
  const folded = tx`batch_id not in (select id from fact_batches)`
  await foldFirstsOfEvents({ ...context, config }, folded)
  await foldFirstsOfJobs({ ...context, config }, folded)
  await putFirsts(
    tx,
    tx`
      select ${ownerOf(tx)} as user_id, o.kind as name, min(o.created_at) as ts
      from objects o where o.user_id <> '' and o.kind = any(${names}::text[])
      group by 1, 2`,
  )
}

const ofEvents = ({ tx, config }: FoldContext, source: Source): Fragment => tx`
  select user_id, anonymous_id, tenant_id, ts, name from events
  where ${source} and name = any(${firstNames(config)}::text[])`

const ofJobs = ({ tx, config }: FoldContext, source: Source): Fragment => tx`
  select user_id, null as anonymous_id, tenant_id, ts, kind as name from jobs
  where ${source} and kind = any(${firstNames(config)}::text[])`

async function foldFirsts(context: FoldContext, facts: Fragment): Promise<void> {
  const first = [{ name: 'first_ts', sum: context.tx`min(ts)`, again: context.tx`min(first_ts)` }]
  await putFirsts(
    context.tx,
    context.tx`
      select user_id, name, min(first_ts) as ts from (${byOwner(context, facts, first, ['name'])}) o group by 1, 2`,
  )
}

/** Earlier ones than are known; most are not, and are not written. */
function putFirsts(tx: Tx, firsts: Fragment): Fragment {
  return tx`
    insert into user_firsts as t (user_id, name, ts)
    select user_id, name, ts from (${firsts}) f
    where not exists (select from user_firsts k where k.user_id = f.user_id and k.name = f.name and k.ts <= f.ts)
    order by user_id, name
    on conflict (user_id, name) do update set ts = excluded.ts where excluded.ts < t.ts`
}

/** Everything that counts for some users counts for others from now on. */
export async function moveFirsts({ tx }: FoldContext, from: string[], to: string[]): Promise<void> {
  await putFirsts(
    tx,
    tx`
      select new_id as user_id, name, min(ts) as ts
      from unnest(${from}::text[], ${to}::text[]) m (old_id, new_id) join user_firsts on user_id = old_id
      group by 1, 2`,
  )
  await tx`delete from user_firsts where user_id = any(${from}::text[])`
}

/** The days of objects of some ids are counted anew, for whoever they belong to by now. */
export async function markObjectsOf({ tx, config }: FoldContext, ids: string[]): Promise<void> {
  await tx`
    insert into dirty_buckets
    select distinct 'object_days', ${localDay(tx, 'created_at', config.timeZone)}::timestamp at time zone ${config.timeZone}
    from objects where user_id = any(${ids}::text[])`
}
