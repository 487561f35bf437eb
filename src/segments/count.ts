import type { Deps } from '../context.ts'
import type { Db } from '../db/connect.ts'
import { CardCache } from '../lib/cache.ts'
import { sqlContext } from '../metrics/context.ts'
import type { SegmentRule } from './rule.ts'
import type { Segment } from './types.ts'
import { listedUsers } from './users.ts'

/** Longer nobody waits for a number while they type: for a connection, and then for the answer. */
const CONNECTION_BUDGET_MS = 1_000
const COUNT_BUDGET_MS = 2_000
const KEPT_MS = 60_000
/** The counts of a list that are made at the same time; the pool is that of folds and exports too. */
const AT_ONCE = 2

class NoConnection extends Error {}

/** How many users a rule holds for; undefined = it takes longer than one waits for. */
export async function countUsers(deps: Deps, rule: SegmentRule, scope: string): Promise<number | undefined> {
  return unlessSlow(counted(deps, rule, scope))
}

type Counted = Pick<Segment, 'id' | 'updatedAt' | 'rule' | 'tenants'>

/** The same of a segment that is kept: a minute old at most, and counted once for all who ask meanwhile. */
export async function countOf(deps: Deps, segment: Counted, scope: string): Promise<number | undefined> {
  return unlessSlow(counting(deps, segment, scope))
}

/** Of one that takes too long a minute's pause is made too. @throws NoConnection */
async function counting(deps: Deps, segment: Counted, scope: string): Promise<number | undefined> {
  const load = () => counted(deps, segment, scope).catch(stopped)
  return (await keptFor(deps).get(keyOf(segment, scope), load)).value
}

/**
 * The counts of several segments, as many as are made within a time; of the others the last one, however old, or none.
 * Those never counted go first, then those counted longest ago, so that a later call goes on where this one stopped.
 * @returns by id; undefined = it takes too long to count; absent = not counted yet
 */
export async function countAll(
  deps: Deps,
  segments: readonly Counted[],
  scope: string,
  budgetMs: number,
): Promise<Map<number, number | undefined>> {
  const kept = keptFor(deps)
  const lastOf = (one: Counted) => kept.lastGood<number | undefined>(keyOf(one, scope))
  const due = segments
    .filter((one) => !kept.fresh(keyOf(one, scope)))
    .sort((a, b) => (lastOf(a)?.tick ?? 0) - (lastOf(b)?.tick ?? 0))
  const end = performance.now() + budgetMs
  const worker = async () => {
    for (let one = due.shift(); one && performance.now() < end; one = due.shift()) await countOf(deps, one, scope)
  }
  await within(Promise.all(Array.from({ length: AT_ONCE }, worker)), budgetMs)
  return new Map(
    segments.flatMap((one) => {
      const last = lastOf(one)
      return last ? [[one.id, last.value] as const] : []
    }),
  )
}

const keptBy = new WeakMap<Db, CardCache>()

function keptFor({ db, now }: Deps): CardCache {
  const kept = keptBy.get(db) ?? new CardCache({ now, ttlMs: KEPT_MS })
  keptBy.set(db, kept)
  return kept
}

const keyOf = ({ id, updatedAt }: Counted, scope: string): string => `${id}|${updatedAt.toISOString()}|${scope}`

/** @throws NoConnection, and what the database says of a statement that was stopped */
async function counted(deps: Deps, rule: SegmentRule, scope: string): Promise<number> {
  let isGivenUp = false
  let hasBegun = false
  const read = deps.db.heavy.begin('read only', async (tx) => {
    hasBegun = true
    // Nobody waits any more: the connection is for others.
    if (isGivenUp) return []
    await tx`select set_config('statement_timeout', ${String(COUNT_BUDGET_MS)}, true)`
    const q = sqlContext(deps, tx)
    return tx<{ n: number }[]>`select count(*)::float8 as n from (${listedUsers(q, rule, scope)}) u`
  }) as Promise<{ n: number }[]>
  await within(read, CONNECTION_BUDGET_MS)
  if (!hasBegun) {
    isGivenUp = true
    throw new NoConnection('the pool is busy')
  }
  return (await read)[0]?.n ?? 0
}

/** Waits for some work, but not longer than a time; what it fails with goes on. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    await Promise.race([work, alarm])
  } finally {
    clearTimeout(timer)
    work.catch(() => {})
  }
}

/** A statement that took too long has no number. */
function stopped(error: unknown): undefined {
  if ((error as { code?: string }).code !== '57014') throw error
}

async function unlessSlow(work: Promise<number | undefined>): Promise<number | undefined> {
  try {
    return await work
  } catch (error) {
    return error instanceof NoConnection ? undefined : stopped(error)
  }
}
