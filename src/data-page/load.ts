import { loadPresets } from '../connectors/presets.ts'
import { type SyncStatus, syncStatus } from '../connectors/sync-status.ts'
import { idIn } from '../lib/below.ts'
import type { Card } from '../lib/settle.ts'
import { card, type PageContext } from '../page.ts'
import { asOf } from '../sources/as-of.ts'
import { type SourceRow, sourceBoard } from '../sources/board.ts'
import { REJECTED_SHOWN, type RejectedFact, rejectedFacts } from './rejected.ts'

export interface DataPage {
  board: Card<SourceRow[]>
  backlog: Card<Backlog>
  presets: Card<SyncStatus[]>
  rejected: Card<{ rows: RejectedFact[]; next: number | undefined }>
}

/** What has been taken and is not counted yet. */
export interface Backlog {
  facts: number
  oldestSeconds: number | null
}

/** Doors and sources are of all tenants together: who is bound to some sees none of it (the page says so). */
export async function loadData(context: PageContext): Promise<DataPage> {
  const { deps, query } = context
  const before = idIn(query.before)
  const [board, backlog, presets, rejected] = await Promise.all([
    card(context, 'source-board', () => sourceBoard(deps)),
    card(context, 'backlog', () => readBacklog(context)),
    card(context, 'sync', () => syncStatus(deps)),
    card(context, 'rejected', () => rejectedPage(context, before), { key: String(before) }),
  ])
  const sources = new Set(loadPresets(deps.config).flatMap(({ file }) => file?.source ?? []))
  return { board, backlog, presets: asOf(presets, deps.book, [...sources]), rejected }
}

async function rejectedPage({ deps }: PageContext, before: number | undefined) {
  const found = await rejectedFacts(deps, before)
  const rows = found.slice(0, REJECTED_SHOWN)
  return { rows, next: found.length > REJECTED_SHOWN ? rows.at(-1)?.id : undefined }
}

async function readBacklog({ deps }: PageContext): Promise<Backlog> {
  const [row] = await deps.db.sql<Backlog[]>`
    select coalesce(sum(n), 0)::float8 as facts,
      extract(epoch from ${deps.now()}::timestamptz - min(max_ts))::float8 as "oldestSeconds"
    from fact_batches`
  return row ?? { facts: 0, oldestSeconds: null }
}
