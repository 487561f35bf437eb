import { addUp, list, localDay, scopes } from './fragments.ts'
import { byPerson } from './owners.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

/** How often each component was used, and whether it did. */
export async function foldComponentDays({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into component_days as t (scope, day, component_id, n, told, ok)
    select scope, ${localDay(tx, 'ts', config.timeZone)}, component_id, count(*), count(ok), count(*) filter (where ok)
    from component_uses cross join ${scopes(tx)}
    where scope is not null and ${source}
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (scope, day, component_id) do update set ${addUp(tx, ['n', 'told', 'ok'])}`
}

/** How often each variant of an experiment was shown. */
export async function foldExposureDays({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into exposure_days as t (scope, day, experiment_id, variant, n)
    select scope, ${localDay(tx, 'ts', config.timeZone)}, experiment_id, variant, count(*)
    from exposures cross join ${scopes(tx)}
    where scope is not null and ${source}
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (scope, day, experiment_id, variant) do update set n = t.n + excluded.n`
}

/** Who saw which variant first when. Facts stay, so that nothing has to be taken back. */
export async function foldExposedPeople(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  const facts = tx`select user_id, anonymous_id, tenant_id, ts, experiment_id, variant from exposures where ${source}`
  await tx`
    insert into exposed_people as t (experiment_id, variant, person, scope, first_day)
    select experiment_id, variant, person, scope, min(day)
    from (${byPerson(context, facts, ['experiment_id', 'variant'])}) p cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (experiment_id, variant, person, scope) do update set first_day = excluded.first_day
    where excluded.first_day < t.first_day`
}

const USE_SUMS = ['calls', 'errors', 'cost', 'cost_unknown', 'events']

/** AI calls that were made for a campaign. */
export async function foldCampaignCalls(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  await campaignUse(
    context,
    tx`
      select tenant_id, ts, campaign_id, 1 as calls, (status = 'error')::int as errors, coalesce(cost, 0) as cost,
        (cost is null)::int as cost_unknown, 0 as events
      from api_calls where campaign_id is not null and ai and ${source}`,
  )
}

/** What people did that a campaign had brought. */
export async function foldCampaignEvents(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  await campaignUse(
    context,
    tx`
      select tenant_id, ts, campaign_id, 0 as calls, 0 as errors, 0 as cost, 0 as cost_unknown, 1 as events
      from events where campaign_id is not null and ${source}`,
  )
}

/** Who did what a campaign had brought, users and visitors. */
export async function foldCampaignUsers(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  const facts = tx`
    select user_id, anonymous_id, tenant_id, ts, campaign_id from events where campaign_id is not null and ${source}`
  await tx`
    insert into campaign_user_days (user_id, scope, day, campaign_id)
    select distinct person, scope, day, campaign_id
    from (${byPerson(context, facts, ['campaign_id'])}) p cross join ${scopes(tx)}
    where scope is not null
    order by 1, 2, 3, 4
    on conflict do nothing`
}

async function campaignUse({ tx, config }: FoldContext, rows: Fragment): Promise<void> {
  await tx`
    insert into campaign_use_days as t (scope, day, campaign_id, ${list(tx, USE_SUMS, (name) => tx`${tx(name)}`)})
    select scope, ${localDay(tx, 'ts', config.timeZone)}, campaign_id, ${list(tx, USE_SUMS, (name) => tx`sum(${tx(name)})`)}
    from (${rows}) f cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (scope, day, campaign_id) do update set ${addUp(tx, USE_SUMS)}`
}
