import { addDays } from '../lib/time.ts'
import type { DayRange, Job } from './define.ts'

const NOTE =
  /^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)(?: of ([a-z0-9_.]+))?( with roll-ups)?(?:, on from (\d{4}-\d\d-\d\d))?/

/** The note of a run over a range begins with what was asked, which is how a successor knows it. */
export function noteOf({ from, to, metric, rebuild, start }: DayRange): string {
  const asked = `${from}..${to}${metric ? ` of ${metric}` : ''}${rebuild ? ' with roll-ups' : ''}`
  return start && start > from ? `${asked}, on from ${start}` : asked
}

/** What a run was asked for; undefined where the note does not begin with days. */
export function rangeOf(note: string | null): DayRange | undefined {
  const match = NOTE.exec(note ?? '')
  if (!match) return undefined
  const [, from = '', to = '', metric, rebuild, start] = match
  return { from, to, ...(metric && { metric }), ...(rebuild && { rebuild: true }), ...(start && { start }) }
}

/** What is left of a range: days are done in order, so the number done says where to go on. */
export function remainingRange(
  { keepsRange }: Pick<Job, 'keepsRange'>,
  range: DayRange | undefined,
  done: number,
): DayRange | undefined {
  if (!range) return undefined
  const next = addDays(range.from, done)
  if (!keepsRange) return { ...range, from: next }
  return { ...range, start: range.start && range.start > next ? range.start : next }
}
