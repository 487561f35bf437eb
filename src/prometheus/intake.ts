import type { Deps } from '../context.ts'
import { startOfDay, today } from '../lib/time.ts'
import type { Family } from './text.ts'

interface DoorRow {
  source: string
  accepted: number
  duplicate: number
  rejected: number
}

/** What the doors took, and what of it is not folded yet. */
export async function intakeFamilies(deps: Deps): Promise<Family[]> {
  const [doors, pending] = await Promise.all([doorRows(deps), pendingFacts(deps)])
  return [
    {
      name: 'quarterdeck_door_facts_total',
      // Its table keeps some days only; a sum over all of it would go down by itself, which no counter may.
      help: 'Facts that came by a door since midnight, by what became of them.',
      type: 'counter',
      samples: doors.flatMap(({ source, ...counts }) =>
        Object.entries(counts).map(([outcome, value]) => ({ labels: { source, outcome }, value })),
      ),
    },
    {
      name: 'quarterdeck_facts_pending',
      help: 'Facts that are stored and not folded into the roll-ups yet.',
      type: 'gauge',
      samples: [{ value: pending }],
    },
  ]
}

async function doorRows({ db: { sql }, config, now }: Deps): Promise<DoorRow[]> {
  const midnight = startOfDay(today(now(), config.timeZone), config.timeZone)
  const since = (column: string) =>
    sql`coalesce(sum(${sql(column)}) filter (where minute >= ${midnight}), 0)::float8 as ${sql(column)}`
  return await sql<DoorRow[]>`
    select source, ${since('accepted')}, ${since('duplicate')}, ${since('rejected')}
    from door_minutes group by source order by source`
}

async function pendingFacts({ db: { sql } }: Deps): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select coalesce(sum(n), 0)::float8 as n from fact_batches`
  return row?.n ?? 0
}
