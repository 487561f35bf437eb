import { addUp, localDay, scopes } from './fragments.ts'
import { byOwner } from './owners.ts'
import type { FoldContext, Fragment, Source } from './types.ts'

/** Errors of the product by where they happened, and of which kind they are. */
export async function foldErrorDays({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into error_days as t (scope, day, source, kind, n)
    select scope, ${localDay(tx, 'ts', config.timeZone)}, source, kind, count(*)
    from app_errors cross join ${scopes(tx)}
    where scope is not null and ${source}
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (scope, day, source, kind) do update set n = t.n + excluded.n`
}

/** Whom errors hit. */
export function foldErrorUsers(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  return foldTroubles(
    context,
    'errors',
    tx`select user_id, anonymous_id, tenant_id, ts from app_errors where ${source}`,
  )
}

/** Whom the product's own rate limits refused; a provider that refuses the product is not a user's doing. */
export function foldRateLimited(context: FoldContext, source: Source): Promise<void> {
  const { tx } = context
  return foldTroubles(
    context,
    'rate_limited',
    tx`
      select user_id, null as anonymous_id, tenant_id, ts from api_calls
      where error_kind = 'rate_limit' and not ai and ${source}`,
  )
}

async function foldTroubles(context: FoldContext, trouble: 'errors' | 'rate_limited', facts: Fragment): Promise<void> {
  const { tx } = context
  const count = [{ name: 'n', sum: tx`count(*)`, again: tx`sum(n)` }]
  const [errors, rateLimited] = trouble === 'errors' ? [tx`sum(n)`, tx`0`] : [tx`0`, tx`sum(n)`]
  await tx`
    insert into user_trouble_days as t (user_id, scope, day, errors, rate_limited)
    select user_id, scope, day, ${errors}, ${rateLimited}
    from (${byOwner(context, facts, count)}) o cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (user_id, scope, day) do update set ${addUp(tx, [trouble])}`
}

/** Countries that users signed in from, with the first day of each. Facts stay, so that nothing has to be taken back. */
export async function foldUserCountries(context: FoldContext, source: Source): Promise<void> {
  const { tx, config } = context
  const facts = tx`
    select user_id, anonymous_id, tenant_id, ts, country from events
    where name = any(${config.loginEvents}::text[]) and country <> '' and ${source}`
  await tx`
    insert into user_countries as t (user_id, scope, country, first_day)
    select user_id, scope, country, min(day)
    from (${byOwner(context, facts, [], ['country'])}) o cross join ${scopes(tx)}
    where scope is not null
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (user_id, scope, country) do update set first_day = excluded.first_day
    where excluded.first_day < t.first_day`
}
