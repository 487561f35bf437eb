import { readQueues } from '../connectors/queues.ts'
import type { Deps } from '../context.ts'

/** A queue and how many jobs wait in it. */
export interface Queue {
  name: string
  waiting: number
}

/** Jobs that wait, by queue, the longest first. @throws SourceUnavailable when Redis is configured and away */
export async function queueDepths(deps: Deps, scope: string): Promise<Queue[]> {
  const queues = await readQueues(deps, scope)
  return queues.filter(({ depth }) => depth > 0).map(({ name, depth }) => ({ name, waiting: depth }))
}

/** "builds 2, previews 1, +1"; what does not fit is counted, and a queue without jobs is not named. */
export function queuesText(queues: readonly Queue[], shown = 3): string {
  const filled = queues.filter(({ waiting }) => waiting > 0)
  if (filled.length === 0) return 'nothing waiting'
  const words = filled.slice(0, shown).map(({ name, waiting }) => `${name.replace(/[_-]+/g, ' ')} ${waiting}`)
  const rest = filled.length - shown
  return rest > 0 ? `${words.join(', ')}, +${rest}` : words.join(', ')
}
