import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import type { Config } from '../config.ts'
import { commitRows, isRetryable, WriterUnavailable } from './commit.ts'
import { DoorCounts } from './door-counts.ts'
import { ErasedIds } from './erased-ids.ts'
import { GroupCommit, WriterBusy } from './group-commit.ts'
import { factKinds } from './index.ts'
import type { Pseudonyms } from './personal.ts'
import { type PrepareContext, prepare } from './prepare.ts'
import { type Rejection, Report } from './report.ts'
import type { FactIn, FactKind, Meta, Outcome, Prepared, StoreContext } from './types.ts'

export { type Rejection, WriterBusy, WriterUnavailable }

/** The one way into the fact tables, for all doors. */
export interface Writer {
  /** What came of the facts of each source, for whoever writes it down. */
  counts: DoorCounts
  /**
   * Stores facts; resolves after they have committed. A bad fact is kept in rejected_facts and does not fail its
   * neighbours.
   * @throws WriterBusy when the queue is full, WriterUnavailable when the database is away
   */
  write(facts: FactIn[], meta: Meta): Promise<Outcome>
  /** Keeps what a door could not even parse. @throws WriterUnavailable */
  reject(rejections: Rejection[]): Promise<void>
  /** Looks which ids were erased: from then on nothing is stored under them. @throws where the database is away */
  learnErased(): Promise<void>
  /** Takes nothing more, and resolves when all that was taken has committed. */
  close(): Promise<void>
}

export interface WriterOptions {
  /** The writer's own pool: two connections with synchronous_commit on. */
  sql: Sql
  config: Pick<Config, 'timeZone' | 'currency' | 'retentionDays' | 'storeContent' | 'secretKey'>
  log: Logger
  now: () => Date
  enrich: StoreContext['enrich']
  price: StoreContext['price']
}

const MAX_BATCH_ROWS = 5000
const MAX_PENDING_ROWS = 60_000
const BATCH_ID_BLOCK = 100

/** See Writer. */
export function createWriter(options: WriterOptions): Writer {
  const { sql, config, now } = options
  const nextBatchId = batchIds(sql)
  const context = { sql, timeZone: config.timeZone, now, nextBatchId }
  const queue = new GroupCommit({
    commit: (kind, rows) => commitRows(context, factKinds[kind], rows),
    slots: 2,
    maxBatchRows: MAX_BATCH_ROWS,
    maxPendingRows: MAX_PENDING_ROWS,
  })
  const counts = new DoorCounts(now)
  const erased = new ErasedIds(sql, config.secretKey)
  let closed = false

  const reject = async (rejections: Rejection[]): Promise<void> => {
    if (rejections.length > 0) await saveRejections(sql, rejections)
  }

  return {
    counts,
    learnErased: () => erased.load(),
    async reject(rejections) {
      await reject(rejections)
      for (const { source, kind } of rejections) {
        counts.add(source, { rejected: 1 })
        counts.addKind(source, kind, { rejected: 1 })
      }
    },
    async write(facts, meta) {
      if (closed) throw new WriterUnavailable('shutting down')
      const pseudonymOf = await knownErased(erased)
      if (closed) throw new WriterUnavailable('shutting down')
      if (!queue.hasRoom(facts.length)) throw new WriterBusy('too many facts are waiting to be written')
      const sorted = sortOut(facts, {
        pseudonymOf,
        currency: config.currency,
        retentionDays: config.retentionDays,
        storeContent: config.storeContent,
        enrich: options.enrich,
        price: options.price,
        meta,
        ts: meta.receivedAt,
        now: now(),
      })
      const results = await Promise.all(
        [...sorted.accepted].map(async ([kind, rows]) => [kind, await queue.submit(kind, rows.prepared)] as const),
      )
      const report = new Report(facts, config.storeContent, pseudonymOf)
      for (const { position, reason } of sorted.refused) report.add(position, { rejected: reason })
      for (const position of sorted.erased) report.add(position, 'duplicate')
      for (const [kind, outcome] of results)
        sorted.accepted.get(kind)!.positions.forEach((position, n) => {
          report.add(position, outcome[n]!)
        })
      if (meta.keepsRefused !== false) await reject(report.rejections(meta))
      const outcome = report.outcome()
      counts.add(meta.source, { ...outcome, rejected: outcome.rejected.length })
      for (const [kind, counted] of report.byKind()) counts.addKind(meta.source, kind, counted)
      return outcome
    },
    async close() {
      closed = true
      await queue.drained()
    },
  }
}

async function knownErased(erased: ErasedIds): Promise<Pseudonyms | undefined> {
  try {
    return await erased.current()
  } catch (error) {
    if (isRetryable(error)) throw new WriterUnavailable('the database is away', { cause: error })
    throw error
  }
}

interface SortedFacts {
  accepted: Map<FactKind, { prepared: Prepared[]; positions: number[] }>
  refused: { position: number; reason: string }[]
  /** Tell of somebody who was erased, and change nothing. */
  erased: number[]
}

function sortOut(facts: FactIn[], context: PrepareContext): SortedFacts {
  const sorted: SortedFacts = { accepted: new Map(), refused: [], erased: [] }
  facts.forEach((fact, position) => {
    const prepared = prepare(fact, context)
    if (typeof prepared === 'string') {
      sorted.refused.push({ position, reason: prepared })
      return
    }
    if (prepared === null) {
      sorted.erased.push(position)
      return
    }
    let group = sorted.accepted.get(fact.kind)
    if (!group) {
      group = { prepared: [], positions: [] }
      sorted.accepted.set(fact.kind, group)
    }
    group.prepared.push(prepared)
    group.positions.push(position)
  })
  return sorted
}

/** Batch numbers out of the sequence, a block at a time: they need be unique and grow, not be without gaps. */
function batchIds(sql: Sql): () => Promise<number> {
  let block: number[] = []
  let loading: Promise<void> | undefined
  const load = async () => {
    const rows = await sql`select nextval('fact_batch_ids')::float8 as id from generate_series(1, ${BATCH_ID_BLOCK})`
    block = rows.map((row) => row.id as number).reverse()
  }
  return async () => {
    while (block.length === 0) {
      loading ??= load().finally(() => {
        loading = undefined
      })
      await loading
    }
    return block.pop()!
  }
}

async function saveRejections(sql: Sql, rejections: Rejection[]): Promise<void> {
  const kinds = rejections.map(({ kind }) => kind)
  const sources = rejections.map(({ source }) => source)
  // Reasons quote what was sent, and a NUL in them would fail the very insert that reports it.
  const reasons = rejections.map(({ reason }) => reason.replaceAll('\0', '␀').toWellFormed().slice(0, 1000))
  const raws = rejections.map(({ raw }) => Buffer.from(raw as string).toString('hex'))
  try {
    await sql`
      insert into rejected_facts (kind, source, reason, raw)
      select kind, source, reason, decode(raw, 'hex')
      from unnest(${kinds}::text[], ${sources}::text[], ${reasons}::text[], ${raws}::text[]) r(kind, source, reason, raw)`
  } catch (error) {
    if (isRetryable(error)) throw new WriterUnavailable('the database is away', { cause: error })
    throw error
  }
}
