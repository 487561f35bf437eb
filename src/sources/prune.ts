import type { Deps } from '../context.ts'
import { pruneDoorMinutes } from './door-minutes.ts'
import { pruneIncidents } from './incidents.ts'

const EVENTS_KEPT_DAYS = 400

/** Drops what is too old for any page: counts of doors, incidents, changes of state. */
export async function pruneSources(deps: Deps, now: Date): Promise<void> {
  await pruneDoorMinutes(deps, now)
  await pruneIncidents(deps, now)
  await deps.db.heavy`delete from source_events where at < ${new Date(now.getTime() - EVENTS_KEPT_DAYS * 86_400_000)}`
}
