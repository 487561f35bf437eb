import { titleOf } from '../activity/describe.ts'
import { type Activity, type ActivityExport, activityRows } from '../activity/feed.ts'
import type { Deps } from '../context.ts'
import { minorUnits } from '../lib/currency.ts'
import type { Cell } from './csv.ts'

export const ACTIVITY_HEADER = [
  'time',
  'kind',
  'title',
  'verb',
  'subject',
  'note',
  'user_id',
  'user',
  'tenant_id',
  'tenant',
  'amount',
  'currency',
  'duration_ms',
  'id',
]

const BATCH = 500

/** The feed, newest first, as the page shows it. */
export async function* activityCsvRows(deps: Deps, asked: ActivityExport): AsyncGenerator<Cell[][]> {
  let batch: Cell[][] = []
  for await (const activity of activityRows(deps, asked)) {
    batch.push(cells(activity))
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** An amount is money where it has a currency, else how long a job or call took. */
function cells(a: Activity): Cell[] {
  const money = a.currency !== null && a.amount !== null ? a.amount / minorUnits(a.currency) : null
  const durationMs = a.currency === null ? a.amount : null
  return [
    a.ts,
    a.kind,
    titleOf(a),
    a.verb,
    a.subject,
    a.note,
    a.userId,
    a.who,
    a.tenantId,
    a.tenant,
    money,
    a.currency,
    durationMs,
    a.id,
  ]
}
