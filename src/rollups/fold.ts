import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Db } from '../db/connect.ts'
import type { Tx } from '../facts/types.ts'
import { dayOf, startOfDay } from '../lib/time.ts'
import type { Instant } from './buckets.ts'
import { foldIdentities } from './identities.ts'
import { type AppendKind, appendFolds, bucketFolds, type FoldSource } from './index.ts'
import { withFoldLock } from './lock.ts'
import { settleReportingCurrency } from './reporting.ts'
import { markBuckets, markLateFacts } from './stale-days.ts'
import { foldStateChanges } from './state-changes.ts'
import { foldSubscriptionSpans } from './subscription-spans.ts'
import type { FoldContext, Source } from './types.ts'
import { learnNames } from './user-firsts.ts'
import { foldUserPlans } from './user-plans.ts'

export interface FoldDeps {
  db: Pick<Db, 'heavy'>
  config: Config
  log: Logger
  now: () => Date
}

/** What a fold did; all zero when nothing was pending. */
export interface FoldResult {
  /** Ids that were told to be somebody's. */
  merges: number
  batches: number
  facts: number
  buckets: number
}

const MAX_BATCHES = 200
const MAX_FACTS = 100_000

/** Folds until nothing is pending, or `signal` is aborted; answers the sums. */
export async function foldAll(deps: FoldDeps, signal?: AbortSignal): Promise<FoldResult> {
  const total: FoldResult = { merges: 0, batches: 0, facts: 0, buckets: 0 }
  while (!signal?.aborted) {
    const done = await foldOnce(deps)
    total.merges += done.merges
    total.batches += done.batches
    total.facts += done.facts
    total.buckets += done.buckets
    if (done.merges + done.batches + done.buckets === 0) break
  }
  return total
}

/**
 * One transaction: counts what visitors did for the users they turned out to be, takes pending batches off the list and
 * adds exactly their facts to the roll-ups, then folds anew the buckets that changing facts have marked. Never a
 * watermark: a batch with a lower number may commit later.
 */
export async function foldOnce(deps: FoldDeps): Promise<FoldResult> {
  const folded = await withFoldLock(deps.db.heavy, async (tx) => {
    const context: FoldContext = { tx, config: deps.config, now: deps.now() }
    await learnNames(context)
    await settleReportingCurrency(context)
    const merges = await foldIdentities(context)
    const batches = await takeBatches(tx)
    for (const batch of batches) await foldBatches(context, batch)
    const buckets = (await foldBuckets(context)) + (await foldStateChanges(context))
    return { merges, batches, buckets }
  })
  await summariseBrin(deps, folded.batches)
  return {
    merges: folded.merges,
    batches: folded.batches.reduce((sum, { ids }) => sum + ids.length, 0),
    facts: folded.batches.reduce((sum, { n }) => sum + n, 0),
    buckets: folded.buckets,
  }
}

interface PendingBatches {
  kind: AppendKind
  ids: number[]
  n: number
  minTs: Date
  maxTs: Date
}

/** The delete is the claim; what it answers is folded in this same transaction, or not at all. */
async function takeBatches(tx: Tx): Promise<PendingBatches[]> {
  const rows = await tx`
    with next as (
      select id, sum(n) over (order by id) - n as before from fact_batches order by id limit ${MAX_BATCHES}
    ),
    taken as (
      delete from fact_batches where id in (select id from next where before < ${MAX_FACTS})
      returning id, kind, n, min_ts, max_ts
    )
    select kind, array_agg(id::float8) as ids, sum(n)::float8 as n, min(min_ts) as min_ts, max(max_ts) as max_ts
    from taken group by kind order by kind`
  return rows.map((row) => ({
    kind: row.kind as AppendKind,
    ids: row.ids as number[],
    n: row.n as number,
    minTs: row.min_ts as Date,
    maxTs: row.max_ts as Date,
  }))
}

async function foldBatches(context: FoldContext, batch: PendingBatches): Promise<void> {
  const source = sourceOf(context.tx, batch)
  const folds: readonly FoldSource[] = appendFolds[batch.kind]
  // What is folded nowhere is in no metric.
  if (folds.length === 0) return
  for (const fold of folds) await fold(context, source)
  const today = startOfDay(dayOf(context.now, context.config.timeZone), context.config.timeZone)
  if (batch.minTs < today) await markLateFacts(context, batch.kind, source, today)
}

/**
 * The rows of pending batches. The range lets BRIN find them and the instants prune partitions; `+ 0` keeps the list a
 * hashed filter instead of one index probe for each batch.
 */
function sourceOf(tx: Tx, { ids, minTs, maxTs }: PendingBatches): Source {
  const [first, last] = [Math.min(...ids), Math.max(...ids)]
  return tx`
    batch_id between ${first}::bigint and ${last}::bigint and batch_id + 0 = any(${ids}::bigint[])
    and ts between ${minTs} and ${maxTs}`
}

async function foldBuckets(context: FoldContext): Promise<number> {
  const plans = await foldUserPlans(context)
  const { spans, accounts } = await foldSubscriptionSpans(context)
  const taken = await context.tx`
    with taken as (delete from dirty_buckets returning rollup, bucket)
    select rollup, array_agg(distinct bucket) as buckets from taken group by rollup order by rollup`
  const marked = new Map(
    taken.map((row) => [row.rollup as string, (row.buckets as Date[]).map((at) => at.toISOString())]),
  )
  if (plans.length > 0) marked.set('plan_days', dayStarts(plans, context))
  if (spans.length > 0) marked.set('subscription_days', dayStarts(spans, context))
  if (accounts.length > 0) marked.set('account_days', dayStarts(accounts, context))
  let folded = 0
  for (const [rollup, buckets] of marked) {
    const { fold, stock } = bucketFolds[rollup]!
    await fold(context, buckets)
    await markBuckets(context, buckets, stock)
    folded += buckets.length
  }
  return folded
}

function dayStarts(instants: Date[], { config }: FoldContext): Instant[] {
  const days = new Set(instants.map((at) => dayOf(at, config.timeZone)))
  return [...days].map((day) => startOfDay(day, config.timeZone).toISOString())
}

/**
 * Pages filled since the last fold become known to BRIN; until then every fold reads all of them. Outside the fold's
 * transaction: it only helps the next one.
 */
async function summariseBrin({ db, log }: FoldDeps, batches: PendingBatches[]): Promise<void> {
  for (const { kind, minTs, maxTs, n } of batches) {
    if (n < 1000) continue
    try {
      await db.heavy`
        select brin_summarize_new_values(i.indexrelid)
        from pg_inherits h
          join pg_index i on i.indrelid = h.inhrelid
          join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam and a.amname = 'brin'
        where h.inhparent = to_regclass(${kind})
          and h.inhrelid::regclass::text between ${partition(kind, minTs)} and ${partition(kind, maxTs)}`
    } catch (error) {
      log.warn({ err: error, kind }, 'BRIN was not summarised')
    }
  }
}

const partition = (kind: string, at: Date): string => `${kind}_${at.toISOString().slice(0, 7).replace('-', '_')}`
