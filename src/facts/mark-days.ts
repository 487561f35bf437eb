import type { MarkChanges } from './states.ts'

/**
 * Marks the days of a roll-up on which something happened that is another than was known, or is known otherwise.
 * @param instants columns that hold the instants
 * @param folded further columns that a day's sums are made of; a change of anything else leaves them as they are
 */
export function markDays(rollup: string, instants: readonly string[], folded: readonly string[]): MarkChanges {
  const columns = [...instants, ...folded]
  return async (tx, changes, batch) => {
    const differing = changes.filter(({ before, after }) =>
      columns.some((name) => !isSame(before?.[name], after[name])),
    )
    const told = differing.flatMap(({ before, after }) =>
      instants.flatMap((name) => [before?.[name], after[name]].filter((at) => typeof at === 'string')),
    )
    if (told.length === 0) return
    await tx`
      insert into dirty_buckets
      select distinct ${rollup}, date_trunc('day', at, ${batch.timeZone})
      from unnest(${[...new Set(told)]}::text[]::timestamptz[]) at`
  }
}

const isSame = (a: unknown, b: unknown): boolean => (a ?? null) === (b ?? null)
