/** Props of tables, lists and small things. */
import type { Child } from 'hono/jsx'
import type { IconName } from './icons.tsx'
import type { Link, Tone } from './types-base.ts'
import type { OfWhom } from './types-numbers.ts'

export interface Column {
  key: string
  label: string
  /** What stands in it says it already: the label is only read out. */
  quiet?: boolean
  /** Numbers right. */
  number?: boolean
  /** Address of the same table sorted by this column; active = its direction now. */
  sort?: { href: string; active?: 'asc' | 'desc' }
  /** What the column is: its page, and the popover that answers for it. */
  about?: { href: string; id?: string }
  /** Of whom its numbers are, where the filters that are set do not change them. */
  allUsers?: OfWhom
  /** ui-monospace. */
  code?: boolean
  /** text-2 instead of text-1. */
  muted?: boolean
  strong?: boolean
  /** Left out on the phone, where the first column keeps two lines. */
  wide?: boolean
}

export interface TableRow {
  id?: string
  href?: string
  cells: Record<string, Child>
  /** What its checkbox sends, where rows can be chosen, and what it is called. */
  pick?: { value: string; name: string }
}

export interface DataTableProps {
  id: string
  /** Names the table for screen readers. */
  caption: string
  columns: Column[]
  rows: TableRow[]
  total?: Record<string, Child>
  /** "CSV, 48,216 rows" and "JSON". */
  csv?: Link
  json?: Link
  /** What the rows add up to, or how they are sorted. */
  note?: Child
  /** Keyset pages; an absent href is a disabled button. */
  pager?: { previous?: string; next?: string; size: number }
  /** Row height: 30 (dense), 34 (default), 44 (two lines). */
  rowHeight?: 30 | 34 | 44
  /** Sentence in place of rows. */
  empty?: string
  /** Rows can be chosen, for a form elsewhere on the page; `all` names the box in the head. */
  picking?: { form: string; name: string; all: string }
}

export interface ActivityItem {
  id: string
  icon: IconName
  tone?: Tone
  /** Bold: "Build failed" */
  title: string
  /** Plain: "lumendental.example, npm" */
  detail?: string
  at: Date
  /** "14:31" in the time zone */
  time: string
  href?: string
  /** Just arrived: tinted for 1 s. */
  fresh?: boolean
}

/** A row of the long feed; the short one's words in columns. */
export interface StreamRow extends Omit<ActivityItem, 'detail'> {
  user?: string
  tenant?: string
  note?: string
}

export interface StreamDay {
  /** "Today, Sat 21 Nov" */
  title: string
  rows: StreamRow[]
}

export interface BadgeProps {
  tone: Tone | 'stale' | 'running'
  text: string
  /** Outline without colour: plan names. */
  outline?: boolean
}

export interface SqlDrawerProps {
  id: string
  title: string
  code?: string
  sql: string
  tookMs?: number
  note?: string
  links?: Link[]
  addresses?: { verb: string; text: string }[]
}
