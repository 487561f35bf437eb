import type { Deps } from '../context.ts'
import { ALERTS_LOCK } from '../db/locks.ts'
import { SourceUnavailable } from '../lib/settle.ts'
import { driversOf } from './drivers.ts'
import { ruleRows } from './find.ts'
import type { Change } from './machine.ts'
import { type Finding, findingsOf } from './readings.ts'
import type { StoredRule } from './rule.ts'
import { seedRules } from './seed.ts'
import { openRows, stepsOf } from './steps.ts'
import { noteAlertChange } from './version.ts'
import { apply, storeStates, touch } from './write.ts'

/** What a check did. */
export interface Checked {
  rules: number
  fired: number
  resolved: number
  open: number
}

/**
 * Checks every rule at a moment. Numbers are read first; then, in one transaction, the states as they are now are taken
 * a step further and what has changed is announced: a check that dies has changed nothing, and the next one finds the
 * same. Two at a time wait for each other.
 */
export async function evaluateAlerts(deps: Deps, now: Date): Promise<Checked> {
  await seedRules(deps)
  const { sql } = deps.db
  const rules = await ruleRows(sql, sql`enabled`)
  const found = await findingsOf(deps, rules, now)
  const drivers = await driversOfNew(deps, found, now)
  const checked = (await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ALERTS_LOCK})`
    // One that was changed meanwhile is checked as it is now at the next time.
    const same = new Map((await ruleRows(tx, tx`enabled`)).map(({ id, version }) => [id, version]))
    const steps = stepsOf(
      [...found].filter(([one]) => same.get(one.id) === one.version),
      await openRows(tx, now),
      now,
    )
    for (const one of steps) await apply(deps, tx, one, drivers.get(one.finding) ?? '', now)
    await touch(tx, steps, now)
    await storeStates(tx, steps)
    const count = (change: Change) => steps.filter(({ changes }) => changes.includes(change)).length
    const open = steps.filter(({ memory }) => memory.phase === 'firing').length
    return { rules: rules.length, fired: count('fired'), resolved: count('resolved'), open }
  })) as Checked
  if (checked.fired + checked.resolved > 0) noteAlertChange()
  return checked
}

/** Who drove what is about to be bad; asked outside the transaction, and of few: most rules are well. */
async function driversOfNew(
  deps: Deps,
  found: ReadonlyMap<StoredRule, Finding[]>,
  now: Date,
): Promise<Map<Finding, string>> {
  const bad = [...found].flatMap(([{ rule, state }, findings]) =>
    // One that fires already has been told.
    (state === 'firing' ? [] : findings)
      .filter(({ verdict }) => verdict === 'breach')
      .map((finding) => ({ rule, finding })),
  )
  const texts = await Promise.all(
    bad
      .slice(0, MOST_DRIVEN)
      .map(async ({ rule, finding }) => [finding, await driversOf(deps, rule, now).catch(unlessAway)] as const),
  )
  return new Map(texts)
}

const MOST_DRIVEN = 20

function unlessAway(error: unknown): string {
  if (error instanceof SourceUnavailable) return ''
  throw error
}
