import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import type { Config } from '../config.ts'
import { commitRows, isRetryable, type RowResult, WriterUnavailable } from './commit.ts'
import { allowedContent } from './content.ts'
import { DoorCounts } from './door-counts.ts'
import { GroupCommit, WriterBusy } from './group-commit.ts'
import { factKinds } from './index.ts'
import { safeJson } from './nesting.ts'
import { type PrepareContext, prepare } from './prepare.ts'
import type { FactIn, FactKind, Meta, Outcome, Prepared, StoreContext } from './types.ts'

export { WriterBusy, WriterUnavailable }

export interface Rejection {
  kind: string
  source: string
  reason: string
  raw: Buffer | string
}

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
  /** Takes nothing more, and resolves when all that was taken has committed. */
  close(): Promise<void>
}

export interface WriterOptions {
  /** The writer's own pool: two connections with synchronous_commit on. */
  sql: Sql
  config: Pick<Config, 'timeZone' | 'currency' | 'retentionDays' | 'storeContent'>
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
  let closed = false

  const reject = async (rejections: Rejection[]): Promise<void> => {
    if (rejections.length > 0) await saveRejections(sql, rejections)
  }

  return {
    counts,
    async reject(rejections) {
      await reject(rejections)
      for (const { source, kind } of rejections) {
        counts.add(source, { rejected: 1 })
        counts.addKind(source, kind, { rejected: 1 })
      }
    },
    async write(facts, meta) {
      if (closed) throw new WriterUnavailable('shutting down')
      if (!queue.hasRoom(facts.length)) throw new WriterBusy('too many facts are waiting to be written')
      const sorted = sortOut(facts, {
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
      const report = new Report(facts, config.storeContent)
      for (const { position, reason } of sorted.refused) report.add(position, { rejected: reason })
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

interface SortedFacts {
  accepted: Map<FactKind, { prepared: Prepared[]; positions: number[] }>
  refused: { position: number; reason: string }[]
}

function sortOut(facts: FactIn[], context: PrepareContext): SortedFacts {
  const sorted: SortedFacts = { accepted: new Map(), refused: [] }
  facts.forEach((fact, position) => {
    const prepared = prepare(fact, context)
    if (typeof prepared === 'string') {
      sorted.refused.push({ position, reason: prepared })
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

/** Gathers what became of the facts, and tells it by the client's own positions. */
class Report {
  private readonly results: RowResult[]

  constructor(
    private readonly facts: FactIn[],
    private readonly storeContent: boolean,
  ) {
    this.results = new Array(facts.length)
  }

  add(position: number, result: RowResult): void {
    this.results[position] = result
  }

  rejections(meta: Meta): Rejection[] {
    return this.results.flatMap((result, position) => {
      if (typeof result === 'string') return []
      const { kind, row } = this.facts[position]!
      return [
        {
          kind,
          source: meta.source,
          reason: result.rejected,
          raw: safeJson(allowedContent(factKinds[kind], row, this.storeContent)),
        },
      ]
    })
  }

  /** What became of the facts of each kind, one by one. */
  byKind(): Map<FactKind, { accepted: number; duplicate: number; rejected: number }> {
    const kinds = new Map<FactKind, { accepted: number; duplicate: number; rejected: number }>()
    this.results.forEach((result, position) => {
      const { kind } = this.facts[position]!
      const counted = kinds.get(kind) ?? { accepted: 0, duplicate: 0, rejected: 0 }
      kinds.set(kind, counted)
      if (result === 'stored') counted.accepted++
      else if (result === 'duplicate') counted.duplicate++
      else counted.rejected++
    })
    return kinds
  }

  /** Facts made of one message stand side by side, and count as one: refused if any is, else a duplicate if any is. */
  outcome(): Outcome {
    const outcome: Outcome = { accepted: 0, duplicate: 0, rejected: [] }
    for (let from = 0, to = 0; from < this.facts.length; from = to) {
      const { index } = this.facts[from]!
      let verdict = this.results[from]!
      for (to = from + 1; this.facts[to]?.index === index; to++) verdict = worse(verdict, this.results[to]!)
      if (verdict === 'stored') outcome.accepted++
      else if (verdict === 'duplicate') outcome.duplicate++
      else outcome.rejected.push({ index, reason: verdict.rejected })
    }
    return outcome
  }
}

function worse(a: RowResult, b: RowResult): RowResult {
  if (typeof a === 'object') return a
  return b === 'stored' ? a : b
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
