import type { NavPage } from '../../views/parts/index.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { within } from '../lib/every.ts'
import { DATABASE } from '../lib/settle.ts'
import { maySee } from './find.ts'
import { ALERTS_PATH } from './paths.ts'
import type { Severity } from './rule.ts'
import { alertsVersion } from './version.ts'

interface Kept {
  readAt: number
  version: number
  rows: { scope: string; severity: Severity }[]
}

/** A change of another process is seen after so long; those of this one at once. */
const TTL_MS = 10_000
/** The nav does not wait for its number. */
const BUDGET_MS = 150
const keptBy = new WeakMap<Deps['db'], Kept>()

type Reading = Pick<Deps, 'db' | 'now' | 'book'>

/** How many alerts are firing and not silenced, for the nav; none is no badge. */
export async function alertBadges(deps: Reading, who: Pick<Who, 'tenants'>): Promise<Record<string, NavPage['badge']>> {
  const kept = await fresh(deps)
  const rows = kept?.rows.filter(({ scope }) => maySee(who as Who, scope)) ?? []
  if (rows.length === 0) return {}
  const tone = rows.some(({ severity }) => severity === 'critical') ? 'crit' : 'warn'
  return { [ALERTS_PATH]: { text: String(rows.length), tone } }
}

async function fresh({ db, now, book }: Reading): Promise<Kept | undefined> {
  const kept = keptBy.get(db)
  const version = alertsVersion()
  // What was known last does until somebody has met the database again.
  if (book.isDegraded(DATABASE)) return kept
  if (kept && kept.version === version && performance.now() - kept.readAt < TTL_MS) return kept
  const reading = db.sql<Kept['rows']>`
    select scope, severity from alerts
    where state = 'firing' and coalesce(silenced_until <= ${now()}, true)`.then((rows) => {
    const read = { readAt: performance.now(), version, rows: [...rows] }
    keptBy.set(db, read)
    return read
  })
  return within(BUDGET_MS, reading).catch(() => kept)
}
