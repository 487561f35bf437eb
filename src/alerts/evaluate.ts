import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { ALERTS_LOCK } from '../db/locks.ts'
import { groupBy } from '../lib/group-by.ts'
import { tellOwed } from './announce.ts'
import { driversOf, hasDrivers } from './drivers.ts'
import { ruleRows } from './find.ts'
import type { Change } from './machine.ts'
import { type Finding, findingsOf } from './readings.ts'
import type { StoredRule } from './rule.ts'
import { seedRules } from './seed.ts'
import { openRows, type Step, stepsOf } from './steps.ts'
import { endGone, storeUnread, type Unread } from './unread.ts'
import { noteAlertChange } from './version.ts'
import { apply, storeStates, touch } from './write.ts'

/** What a check did. */
export interface Checked {
  rules: number
  fired: number
  resolved: number
  open: number
  /** Rules that could not be read this time. */
  unread: { name: string; why: string }[]
}

/**
 * Checks every rule at a moment. Numbers are read first; then, in one transaction, the states as they are now are taken
 * a step further and what has changed is announced: a check that dies has changed nothing, and the next one finds the
 * same. Two at a time wait for each other, and one that is overtaken is dropped: it has checked no rule.
 */
export async function evaluateAlerts(deps: Deps, now: Date): Promise<Checked> {
  await seedRules(deps)
  const { sql } = deps.db
  const [rules, rows] = [await ruleRows(sql, sql`enabled`), await openRows(sql, now)]
  const open = rows.filter(({ state }) => state !== 'resolved')
  const subjects = groupBy(open, ({ ruleId }) => ruleId)
  const openOf = ({ id }: StoredRule) => (subjects.get(id) ?? []).map(({ subject }) => subject)
  const found = [...(await findingsOf(deps, rules, now, openOf))]
  const read = found.flatMap(([one, what]) => (Array.isArray(what) ? [[one, what] as [StoredRule, Finding[]]] : []))
  const unread = found.flatMap(([one, what]) => (Array.isArray(what) ? [] : [[one, what] as [StoredRule, Unread]]))
  const drivers = await driversOfNew(deps, stepsOf(read, rows, now), now)
  const failed = unread.flatMap(([{ rule }, { why, gone }]) => (gone ? [] : [{ name: rule.name, why }]))
  const checked = (await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ALERTS_LOCK})`
    if (!(await isNewest(tx, now))) return { rules: 0, fired: 0, resolved: 0, open: 0, unread: [] }
    // One that was changed meanwhile is checked as it is now at the next time.
    const versions = await versionsOf(tx)
    const isSame = ([one]: [StoredRule, unknown]) => versions.get(one.id) === one.version
    const steps = stepsOf(read.filter(isSame), await openRows(tx, now), now)
    for (const one of steps) await apply(deps, tx, one, drivers.get(one.finding) ?? '', now)
    await endGone(tx, unread.filter(isSame), now)
    await tellOwed(tx, now)
    await touch(tx, steps, now)
    await storeUnread(
      tx,
      read.filter(isSame).map(([one]) => one),
      unread.filter(isSame),
      now,
    )
    await storeStates(tx, steps)
    const count = (change: Change) => steps.filter(({ changes }) => changes.includes(change)).length
    const firing = steps.filter(({ memory }) => memory.phase === 'firing').length
    return { rules: rules.length, fired: count('fired'), resolved: count('resolved'), open: firing, unread: failed }
  })) as Checked
  if (checked.fired + checked.resolved > 0) noteAlertChange()
  return checked
}

/**
 * Whether nothing later has been applied: windows of earlier would end what has fired since. A check that comes long
 * before the newest one tells of a clock that was put right.
 */
async function isNewest(tx: TransactionSql, now: Date): Promise<boolean> {
  const [row] = await tx`
    insert into alert_checks (at) values (${now})
    on conflict (one) do update set at = excluded.at
      where alert_checks.at <= excluded.at or alert_checks.at > excluded.at + ${LONGEST_CHECK}::interval
    returning at`
  return row !== undefined
}

const LONGEST_CHECK = '1 hour'

async function versionsOf(tx: TransactionSql): Promise<Map<number, number>> {
  const rows = await tx<{ id: number; version: number }[]>`
    select id::float8 as id, version from alert_rules where deleted_at is null and enabled`
  return new Map(rows.map(({ id, version }) => [id, version]))
}

/** Who drove what is about to fire; asked outside the transaction, of few, and one after the other: the pool is small. */
async function driversOfNew(deps: Deps, steps: readonly Step[], now: Date): Promise<Map<Finding, string>> {
  const began = performance.now()
  const texts = new Map<Finding, string>()
  const firing = steps.filter(({ stored, changes }) => changes.includes('fired') && hasDrivers(stored.rule))
  for (const { stored, finding } of firing.slice(0, MOST_DRIVEN)) {
    if (performance.now() - began > DRIVERS_MS) break
    // An alert without its drivers is one all the same.
    const text = await driversOf(deps, stored.rule, now).catch((error) => {
      deps.log.warn({ err: error, rule: stored.slug }, 'the drivers of an alert could not be found')
      return ''
    })
    texts.set(finding, text)
  }
  return texts
}

const MOST_DRIVEN = 20
/** So long an alert waits to be told who drove the others. */
const DRIVERS_MS = 5_000
