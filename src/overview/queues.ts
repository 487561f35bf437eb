import type { Deps } from '../context.ts'

/** A queue and how many jobs wait in it. */
export interface Queue {
  name: string
  waiting: number
}

/** Jobs that wait, by queue, the longest first. */
export async function queueDepths({ db: { sql } }: Deps, scope: string): Promise<Queue[]> {
  const rows = await sql<Queue[]>`
    select coalesce(nullif(queue, ''), kind) as name, count(*)::int as waiting from jobs
    where status = 'queued' and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}
    group by 1 order by 2 desc, 1`
  return [...rows]
}

/** "builds 2, previews 1, +1"; what does not fit is counted, and a queue without jobs is not named. */
export function queuesText(queues: readonly Queue[], shown = 3): string {
  const filled = queues.filter(({ waiting }) => waiting > 0)
  if (filled.length === 0) return 'nothing waiting'
  const words = filled.slice(0, shown).map(({ name, waiting }) => `${name.replace(/[_-]+/g, ' ')} ${waiting}`)
  const rest = filled.length - shown
  return rest > 0 ? `${words.join(', ')}, +${rest}` : words.join(', ')
}
