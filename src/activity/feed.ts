import type { Sql } from 'postgres'
import type { Deps } from '../context.ts'
import { addDays, type Day, startOfDay } from '../lib/time.ts'
import type { ActivityKind } from './kinds.ts'
import type { ActivitySource } from './sources.ts'
import { type StoredActivity, type Walk, walkBack } from './walk.ts'

/** One thing that happened. */
export interface Activity {
  id: string
  ts: Date
  kind: ActivityKind
  /** 'joined', 'succeeded', 'failed', 'new', 'churn' … */
  verb: string
  userId: string
  tenantId: string
  /** Plan, job kind, provider, model or event name: what the kind is about. */
  subject: string | null
  /** Country, error or name of the object; null in privacy mode strict where it could hold personal text. */
  note: string | null
  /** Minor units of `currency`, or milliseconds of a job or call. */
  amount: number | null
  currency: string | null
  /** E-mail or user name; null in privacy mode strict. */
  who: string | null
  tenant: string | null
  /** What follows it, for keyset paging: "instant~id". */
  cursor: string
}

export interface ActivityQuery {
  scope: string
  /** Default: all. */
  kinds?: ActivityKind[]
  limit: number
  /** Only what lies before this, as `Activity.cursor` or `ActivityPage.next` say. */
  before?: string
  /** Nothing older than this. */
  floor?: Date
  /** Only what is worth the Overview. */
  notable?: boolean
  /** Only what these users did. */
  users?: readonly string[]
  /** In place of those of the feed. */
  sources?: (sql: Sql) => ActivitySource[]
}

export interface ActivityPage {
  rows: Activity[]
  /** Cursor of the following page; undefined at the end of history. */
  next: string | undefined
  /** How far back this page has looked, where it stopped before it was full. */
  lookedBackTo: Date | undefined
}

export interface ActivityExport {
  scope: string
  /** Days of the configured zone, both included. */
  from: Day
  to: Day
  kinds?: ActivityKind[]
}

/** Rows one source may walk for a page: filtered walks stay short lists, whatever the size of the table. */
const WALK = 5_000
/** Walks of one page of a rare kind, before it says how far back it has looked. */
const ROUNDS = 4

/** A page of the feed, newest first. */
export async function activityPage(deps: Deps, query: ActivityQuery): Promise<ActivityPage> {
  // What happened this very instant is in it.
  let before = query.before ?? `${isoMicros(new Date(deps.now().getTime() + 1))}~`
  const rows: Activity[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const part = await pageBack(deps.db.sql, deps, { ...query, before, limit: query.limit - rows.length }, WALK)
    rows.push(...part.rows)
    if (!part.next) return { rows, next: undefined, lookedBackTo: undefined }
    before = part.next
    if (rows.length >= query.limit) return { rows, next: before, lookedBackTo: undefined }
  }
  return { rows, next: before, lookedBackTo: new Date(before.slice(0, before.indexOf('~'))) }
}

/** Everything of a range, newest first, in constant memory: for /exports/activity.csv. */
export async function* activityRows(deps: Deps, query: ActivityExport): AsyncGenerator<Activity> {
  const floor = startOfDay(query.from, deps.config.timeZone)
  const end = startOfDay(addDays(query.to, 1), deps.config.timeZone)
  let before: string | undefined = `${isoMicros(end)}~`
  while (before) {
    const asked: Walk = { scope: query.scope, kinds: query.kinds, limit: 1_000, before, floor }
    const page: Part = await pageBack(deps.db.heavy, deps, asked, WALK * 4)
    yield* page.rows
    before = page.next
  }
}

/** Whether a text from a URL is a cursor. */
export function isCursor(text: string): boolean {
  return (
    text.length < 600 &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z~[^\0]*$/.test(text) &&
    !Number.isNaN(Date.parse(text.slice(0, 27)))
  )
}

/** Kinds whose note may hold what a person wrote. */
const PERSONAL_NOTES: ActivityKind[] = ['build', 'deploy', 'object', 'payment']

interface Part {
  rows: Activity[]
  next: string | undefined
}

async function pageBack(sql: Sql, { config }: Deps, query: Walk, cap: number): Promise<Part> {
  const stored = await walkBack(sql, query, cap)
  const strict = config.privacy === 'strict'
  const rows = stored.flatMap((row): Activity[] => (row.id === null ? [] : [activityOf(row, row.id, strict)]))
  const first = stored[0]
  const cut = first?.cut_at ? `${first.cut_at}~${first.cut_id ?? ''}` : undefined
  return { rows, next: rows.length >= query.limit ? rows.at(-1)?.cursor : cut }
}

function activityOf(row: StoredActivity, id: string, strict: boolean): Activity {
  return {
    id,
    ts: row.ts,
    kind: row.kind,
    verb: row.verb,
    userId: row.user_id,
    tenantId: row.tenant_id,
    subject: row.subject,
    note: strict && PERSONAL_NOTES.includes(row.kind) ? null : row.note,
    amount: row.amount === null ? null : Number(row.amount),
    currency: row.currency,
    who: strict ? null : (row.email ?? row.username),
    tenant: row.tenant,
    cursor: `${row.at}~${id}`,
  }
}

/** With the six digits that cursors have. */
const isoMicros = (at: Date): string => at.toISOString().replace('Z', '000Z')
