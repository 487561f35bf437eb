import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'

/** The plans that anybody was ever on, by name; of who is bound to tenants those of theirs. */
export async function knownPlans(
  { db: { sql } }: Pick<Deps, 'db'>,
  { tenants }: Pick<Who, 'tenants'>,
): Promise<string[]> {
  const rows = await sql<{ plan: string }[]>`
    select distinct case when class = 'trial_expired' then 'free' else plan end as plan from plan_days
    where scope = any(${tenants ?? ['*']}::text[]) order by 1`
  return rows.map(({ plan }) => plan)
}
