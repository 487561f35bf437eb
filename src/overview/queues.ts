import type { Deps } from '../context.ts'

/** A queue and how many jobs wait in it. */
export interface Queue {
  name: string
  waiting: number
}

/** Jobs that wait, by queue, the longest first; `known` queues are there too when they are empty. */
export async function queueDepths({ db: { sql } }: Deps, scope: string, known: readonly string[]): Promise<Queue[]> {
  const rows = await sql<Queue[]>`
    select coalesce(nullif(queue, ''), kind) as name, count(*)::int as waiting from jobs
    where status = 'queued' and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}
    group by 1`
  const depths = new Map(known.map((name) => [name, 0]))
  for (const { name, waiting } of rows) depths.set(name, waiting)
  return [...depths].map(([name, waiting]) => ({ name, waiting })).sort((a, b) => b.waiting - a.waiting)
}

/** The queues of the last day, the busiest first. */
export async function queueNames({ db: { sql }, now }: Deps, scope: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select coalesce(nullif(queue, ''), kind) as name from jobs
    where enqueued_at > ${now()}::timestamptz - interval '24 hours'
      and ${scope === '*' ? sql`true` : sql`tenant_id = ${scope}`}
    group by 1 order by count(*) desc, 1 limit 5`
  return rows.map(({ name }) => name)
}

/** "builds 2, previews 1, exports 0"; what does not fit is counted. */
export function queuesText(queues: readonly Queue[], shown = 3): string | undefined {
  if (queues.length === 0) return undefined
  const words = queues.slice(0, shown).map(({ name, waiting }) => `${name.replace(/[_-]+/g, ' ')} ${waiting}`)
  const rest = queues.length - shown
  return rest > 0 ? `${words.join(', ')}, +${rest}` : words.join(', ')
}
