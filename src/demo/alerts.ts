import { backtest, type Firing } from '../alerts/backtest.ts'
import { ruleRows } from '../alerts/find.ts'
import { metricOfRule, type StoredRule } from '../alerts/rule.ts'
import { seedRules } from '../alerts/seed.ts'
import { titleOf } from '../alerts/words.ts'
import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { ALERTS_LOCK } from '../db/locks.ts'

const MINUTE_MS = 60_000

/**
 * What the minute's checks raised while the past was being written, they found in half a history, and told nobody: it goes,
 * and the next check raises what holds.
 */
export async function forgetAlerts({ db: { heavy } }: Pick<Deps, 'db'>): Promise<void> {
  await heavy.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ALERTS_LOCK})`
    await tx`delete from annotations where key in (select 'alert:' || id from alerts)`
    await tx`delete from alerts`
  })
}

/** What the rules would have raised, had they been there from the start: the simulated product's alerts of its past. */
export async function raisePastAlerts(deps: Deps): Promise<void> {
  const { sql } = deps.db
  await seedRules(deps)
  const [admin] = await sql<{ id: string }[]>`select id from admins order by created_at limit 1`
  for (const stored of await ruleRows(sql, sql`enabled`)) {
    // A sum that begins anew each midnight has only whole days in the past: when on the day it fired nobody knows.
    if (stored.rule.window === 'today' && metricOfRule(catalogueOf(deps), stored.rule)?.kind !== 'last') continue
    const past = await backtest(deps, stored.rule, deps.now())
    // One that goes on is for the minute's check to find.
    const over = past?.firings.filter(({ endedAt }) => endedAt !== null) ?? []
    for (const firing of over.toReversed()) await store(deps, stored, firing, admin?.id)
  }
}

async function store(deps: Deps, { id, rule }: StoredRule, firing: Firing, adminId: string | undefined): Promise<void> {
  const { subject, firedAt, endedAt, peak, ahead } = firing
  const lastedMs = (endedAt?.getTime() ?? 0) - firedAt.getTime()
  // Somebody looks after some minutes, at night later; what was over by then nobody acknowledged.
  const lookedMs = (3 + (firedAt.getUTCDate() % 7) * 2 + (firedAt.getUTCHours() < 7 ? 25 : 0)) * MINUTE_MS
  const isSeen = adminId !== undefined && rule.severity !== 'info' && lookedMs < lastedMs
  const found = { subject, value: peak, verdict: 'breach', low: null, high: null, of: null, ahead } as const
  const title = titleOf(deps, rule, found, firedAt)
  const since = new Date(firedAt.getTime() - rule.for * MINUTE_MS)
  await deps.db.sql`
    with a as (
      insert into alerts (rule_id, subject, scope, state, severity, title, value, peak, pending_since, fired_at, ended_at,
        ended_why, seen_at, acked_at, acked_by)
      values (${id}, ${subject}, ${rule.scope}, 'resolved', ${rule.severity}, ${title}, ${peak}, ${peak}, ${since}, ${firedAt},
        ${endedAt}, 'recovered', ${endedAt}, ${isSeen ? new Date(firedAt.getTime() + lookedMs) : null},
        ${isSeen ? `admin:${adminId}` : null})
      returning id
    )
    insert into alert_events (alert_id, at, kind, value)
    select id, at, kind, ${peak} from a cross join (values (${firedAt}::timestamptz, 'fired'), (${endedAt}, 'resolved')) e (at, kind)`
}
