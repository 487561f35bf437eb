import { addUp, localDay, scopes } from './fragments.ts'
import type { FoldContext, Source } from './types.ts'

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
export async function foldErrorUsers({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into user_trouble_days as t (user_id, scope, day, errors, rate_limited)
    select user_id, scope, ${localDay(tx, 'ts', config.timeZone)}, count(*), 0
    from app_errors cross join ${scopes(tx)}
    where user_id <> '' and scope is not null and ${source}
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (user_id, scope, day) do update set ${addUp(tx, ['errors'])}`
}

/** Whom the product's own rate limits refused; a provider that refuses the product is not a user's doing. */
export async function foldRateLimited({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into user_trouble_days as t (user_id, scope, day, errors, rate_limited)
    select user_id, scope, ${localDay(tx, 'ts', config.timeZone)}, 0, count(*)
    from api_calls cross join ${scopes(tx)}
    where error_kind = 'rate_limit' and not ai and user_id <> '' and scope is not null and ${source}
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (user_id, scope, day) do update set ${addUp(tx, ['rate_limited'])}`
}

/** Countries that users signed in from, with the first day of each. Facts stay, so that nothing has to be taken back. */
export async function foldUserCountries({ tx, config }: FoldContext, source: Source): Promise<void> {
  await tx`
    insert into user_countries as t (user_id, scope, country, first_day)
    select user_id, scope, country, min(${localDay(tx, 'ts', config.timeZone)})
    from events cross join ${scopes(tx)}
    where name = any(${config.loginEvents}::text[]) and user_id <> '' and country <> '' and scope is not null and ${source}
    group by 1, 2, 3
    order by 1, 2, 3
    on conflict (user_id, scope, country) do update set first_day = excluded.first_day
    where excluded.first_day < t.first_day`
}
