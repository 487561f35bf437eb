import type { Deps } from '../../src/context.ts'
import { connect } from '../../src/db/connect.ts'
import { migrate } from '../../src/db/migrate.ts'
import { TAB_NAMES } from '../../src/users/groups.ts'
import { listUsers, type UserQuery, type Window } from '../../src/users/list.ts'
import { SORT_NAMES } from '../../src/users/sorts.ts'
import { markAllUsers, refreshUserStats } from '../../src/users/stats.ts'
import { timed } from './measure.ts'
import type { Result } from './report.ts'
import type { Bench } from './setup.ts'

const USERS = Number(process.env.BENCH_USERS ?? 1_000_000)
const TURNS = 12

/**
 * The list of users at size, in a database of its own: p95 of its pages in units of `select 1`, the slowest of all columns
 * that it is sorted by, from its beginning, its middle and its end, of all users and of a rare part.
 */
export async function benchListing({ url, db, config }: Pick<Bench, 'url' | 'db' | 'config'>): Promise<Result[]> {
  await db.heavy`create database bench_users`
  const own = new URL(url)
  own.pathname = '/bench_users'
  await migrate(own.href)
  const mine = connect(own.href)
  try {
    const deps = { db: mine, config, now: () => new Date() } as Deps
    await fill(deps)
    await markAllUsers(deps)
    const counted = await timed(() => refreshUserStats(deps))
    await mine.heavy`analyze`
    const one = p95(await times(TURNS * 10, () => mine.sql`select 1`))
    const worst = await slowest(deps)
    return [
      {
        name: 'page of the user list, p95 ÷ select 1',
        value: worst.ms / one,
        target: 50,
        floor: 100,
        better: 'less',
        note: `${USERS.toLocaleString('en')} users, slowest: ${worst.name}`,
      },
      {
        name: 'numbers of all users anew, ms ÷ 1,000 users',
        value: (counted / USERS) * 1_000,
        target: 150,
        floor: 300,
        better: 'less',
      },
    ]
  } finally {
    await mine.close()
    await db.heavy`drop database bench_users`
  }
}

async function slowest(deps: Deps): Promise<{ name: string; ms: number }> {
  let worst = { name: '', ms: 0 }
  for (const sort of SORT_NAMES)
    for (const dir of ['asc', 'desc'] as const)
      for (const scope of ['*', 't7'])
        for (const tab of TAB_NAMES) {
          const query: UserQuery = { scope, tab, sort, dir }
          const middle = (await listUsers(deps, query, { limit: 2_000 })).next
          for (const window of [{ limit: 25 }, ...(middle ? [{ limit: 25, after: middle }] : [])] as Window[]) {
            const ms = p95(await times(TURNS, () => listUsers(deps, query, window)))
            if (ms > worst.ms) worst = { name: `${sort} ${dir} ${tab} of ${scope}`, ms }
          }
        }
  return worst
}

async function times(n: number, work: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = []
  for (let turn = 0; turn < n; turn++) all.push(await timed(work))
  return all
}

const p95 = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0

/** A fifth belongs to tenants, a tenth pays, one in ten thousand is suspended, and half were there in the last 30 days. */
async function fill({ db: { heavy } }: Deps): Promise<void> {
  await heavy`
    insert into users (user_id, tenant_id, email, status, created_at, created_known, updated_at)
    select 'u' || md5(n::text), case when n % 5 = 0 then 't' || n % 40 else '' end, 'user' || n || '@host' || n % 997 || '.example',
      case when n % 10000 = 3 then 'suspended' else 'active' end, now() - n % 500 * interval '1 day', true, now()
    from generate_series(1, ${USERS}::int) n`
  await heavy`
    insert into user_plans (user_id, since, tenant_id, class, plan)
    select user_id, created_at, tenant_id,
      case when h % 10 = 0 then 'paid' when h % 50 = 1 then 'trial' when h % 20 = 2 then 'trial_expired' else 'free' end,
      case when h % 10 = 0 then (array['pro', 'team', 'enterprise'])[1 + h % 3] when h % 50 = 1 then 'pro' else 'free' end
    from users cross join lateral (select abs(hashtext(user_id)) as h) x`
  await heavy`
    insert into customer_mrr_days
    select '*', user_id, 'USD', '', current_date, 4900, 0 from user_plans where class = 'paid'`
  await heavy`
    insert into user_days (user_id, scope, day, active, api_calls, ai_calls, cost, last_active_at)
    select user_id, s, current_date - (h % 28 + k), true, h % 97, h % 31, h % 31 * 0.01, now() - (h % 28 + k) * interval '1 day'
    from users cross join lateral (select abs(hashtext(user_id || 'd')) as h) x cross join generate_series(0, 1) k
      cross join lateral (values ('*'), (nullif(tenant_id, ''))) v (s)
    where h % 2 = 0 and s is not null`
  await heavy`
    insert into user_activity select user_id, scope, max(day), day_bit(0) from user_days group by 1, 2`
  await heavy`analyze`
}
