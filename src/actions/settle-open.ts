import { z } from 'zod'
import type { Deps } from '../context.ts'
import { claimRun } from './ask-again.ts'
import { ask } from './client.ts'
import { whyNoActions } from './may.ts'
import { KEY_MEMORY_MS } from './runs.ts'
import { settleRun } from './settle.ts'

/** Of one turn: each may take as long as the main app is given. */
const MOST = 20

const health = z.looseObject({ status: z.literal('ok') })

/**
 * Asks the main app whether it is there, and then what became of the runs that nobody knows of: those it was too slow
 * for, and those whose process died. Answers how many it has settled.
 */
export async function settleOpen(deps: Deps, signal?: AbortSignal): Promise<{ open: number; settled: number }> {
  if (whyNoActions(deps)) return { open: 0, settled: 0 }
  const there = await ask(deps, { method: 'GET', path: '/health', answer: health, attempts: 1, signal })
  const due = await dueRuns(deps)
  // An older app has no health of its own: any answer of its is one.
  const away = there.kind === 'failed' || there.kind === 'unknown'
  if (away) return { open: due.length, settled: 0 }
  let settled = 0
  for (const id of due) {
    signal?.throwIfAborted()
    const run = await claimRun(deps, id)
    if (!run) continue
    const { run: after } = await settleRun(deps, run, signal)
    if (after.settledAt) settled++
  }
  return { open: due.length, settled }
}

async function dueRuns({ db: { sql }, now }: Deps): Promise<string[]> {
  const at = now()
  const rows = await sql<{ id: string }[]>`
    select id::text from action_runs
    where next_at <= ${at} and at > ${new Date(at.getTime() - KEY_MEMORY_MS)}
    order by next_at limit ${MOST}`
  return rows.map(({ id }) => id)
}
