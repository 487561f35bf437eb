import type { Tx } from '../facts/types.ts'
import { SUSPENDED } from '../lib/suspended.ts'
import type { Day } from '../lib/time.ts'
import type { Fragment } from '../metrics/metric.ts'
import { binOf } from './bins.ts'

/** Users by band, of all tenants and of each. */
export async function storeDay(tx: Tx, day: Day, scores: Fragment): Promise<void> {
  await tx`delete from health_days where day = ${day}`
  await tx`
    insert into health_days (scope, day, band, n, score)
    select s.scope, ${day}::date, h.band, count(*), coalesce(sum(h.score::numeric), 0)::float8
    from (${scores}) h cross join lateral (values ('*'), (nullif(h.tenant_id, ''))) s (scope)
    where s.scope is not null
    group by 1, 3`
}

/** How many users are where: what pages tell of all users, or all of a tenant, without counting them each time. */
export async function storeBins(tx: Tx): Promise<void> {
  await tx`delete from health_bins`
  await tx`
    insert into health_bins (scope, band, then_band, bin, watched, n, score, then_score, then_n)
    select s.scope, h.band, coalesce(h.then_band, ''), ${binOf(tx)},
      h.stage <> 'lapsed' and u.status <> all(${[...SUSPENDED]}::text[]), count(*), coalesce(sum(h.score), 0),
      coalesce(sum(h.then_score), 0), count(h.then_score)
    from user_health h join users u on u.user_id = h.user_id and u.status <> 'deleted'
      cross join lateral (values ('*'), (nullif(h.tenant_id, ''))) s (scope)
    where s.scope is not null
    group by 1, 2, 3, 4, 5`
}
