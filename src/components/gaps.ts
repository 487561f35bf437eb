import type { Deps } from '../context.ts'
import type { Day } from '../lib/time.ts'
import { sqlContext } from '../metrics/context.ts'
import { dueDays, noteMade } from '../metrics/nightly-days.ts'
import { gapRows } from '../metrics/quality-rows.ts'
import { scopesWithData } from '../metrics/snapshot-values.ts'
import { windowOf } from '../metrics/window.ts'

const TABLE = 'component_gaps'

/** What users ask for and the library has too little for. */
export interface Gap {
  siteType: string
  industry: string
  /** Of 30 days, that say whether the library was used. */
  prompts: number
  helped: number
}

/** Lists the gaps of the library as seen from each day that is due: the same that the metric components.gaps counts. */
export async function storeGaps(deps: Deps): Promise<Day[]> {
  const days = await dueDays(deps, TABLE)
  if (days.length === 0) return days
  const now = deps.now()
  const scopes = await scopesWithData(sqlContext(deps, deps.db.heavy))
  await deps.db.heavy.begin(async (tx) => {
    await tx`delete from component_gaps where day = any(${days}::text[]::date[])`
    await tx`
      insert into component_gaps (day, scope, site_type, industry, prompts, helped, computed_at)
      select day, scope, site_type, industry, prompts, helped, ${now}
      from (${gapRows(sqlContext(deps, tx), windowOf(scopes, days))}) g`
    await noteMade(tx, TABLE, days, now)
  })
  return days
}

/** The gaps as seen from a day, of all tenants: what was asked for most without help comes first. */
export async function gapsOf({ db: { sql } }: Pick<Deps, 'db'>, day: Day): Promise<Gap[]> {
  return [
    ...(await sql<Gap[]>`
      select site_type as "siteType", industry, prompts::float8 as prompts, helped::float8 as helped
      from component_gaps where day = ${day} and scope = '*'
      order by component_gaps.prompts - component_gaps.helped desc, site_type, industry`),
  ]
}

/** "booking for fitness: 48 prompts, 9 with the library" */
export function gapText({ siteType, industry, prompts, helped }: Gap): string {
  const what = [siteType || 'any site', industry && `for ${industry}`].filter(Boolean).join(' ')
  return `${what}: ${prompts} prompts, ${helped} with the library`
}
