import type { Deps } from '../context.ts'
import { idIn } from '../lib/below.ts'
import { within } from '../lib/every.ts'
import { isDay } from '../lib/filters.ts'
import { type AuditLine, type AuditQuery, readAudit } from './read.ts'
import { type Verdict, verifyAudit } from './verify.ts'

export const AUDIT_PATH = '/dashboard/audit'
export const PAGE_SIZE = 50
/** A million lines take some seconds; a page does not wait longer. */
const VERIFY_MS = 15_000

/** What the page's form and links say, and what of it cannot be understood. */
export function readAuditQuery(query: Record<string, string>): { query: AuditQuery; bad: string[] } {
  const bad: string[] = []
  const day = (name: 'from' | 'to') => {
    const text = query[name] ?? ''
    if (text !== '' && !isDay(text)) bad.push(`“${text.slice(0, 20)}” is not a day.`)
    return isDay(text) ? text : undefined
  }
  const words = (text = '') => text.replaceAll('\0', '').trim().slice(0, 300) || undefined
  const [from, to] = [day('from'), day('to')]
  if (from && to && from > to) bad.push('The first day is after the last one.')
  return {
    query: {
      actor: words(query.actor),
      action: words(query.action),
      target: words(query.target),
      from,
      to,
      before: idIn(query.before),
      after: query.before ? undefined : idIn(query.after),
    },
    bad,
  }
}

export interface AuditPage {
  lines: AuditLine[]
  /** Numbers to go on from; absent = no more that way. */
  older?: number
  newer?: number
}

/** A page of lines, newest first, whichever way one came. */
export async function auditPage(deps: Deps, query: AuditQuery): Promise<AuditPage> {
  const found = await readAudit(deps, query, PAGE_SIZE + 1)
  const more = found.length > PAGE_SIZE
  const back = query.after !== undefined
  const lines = back ? found.slice(0, PAGE_SIZE).reverse() : found.slice(0, PAGE_SIZE)
  const [first, last] = [lines.at(0)?.id, lines.at(-1)?.id]
  return {
    lines,
    ...((more || back) && last !== undefined && { older: last }),
    ...((back ? more : query.before !== undefined) && first !== undefined && { newer: first }),
  }
}

export interface ChainState {
  lines: number
  unsealed: number
  head: { seq: number; hash: string }
  sealedAt: Date
}

/** How far the chain goes, without looking into it. */
export async function chainState({ db: { sql } }: Pick<Deps, 'db'>): Promise<ChainState> {
  const [row] = await sql<{ seq: number; hash: string; sealedAt: Date; unsealed: number }[]>`
    select seq, hash, sealed_at as "sealedAt",
      (select count(*)::int from audit_log where seq is null) as unsealed
    from audit_head`
  const { seq = 0, hash = '', sealedAt = new Date(0), unsealed = 0 } = row ?? {}
  return { lines: seq, unsealed, head: { seq, hash }, sealedAt }
}

/** The verdict, if it can be had while somebody waits. */
export function verdictSoon(deps: Deps): Promise<Verdict | 'late'> {
  return within(VERIFY_MS, verifyAudit(deps)).catch((error: unknown) => {
    deps.log.warn({ err: error }, 'the audit log was not verified')
    return 'late' as const
  })
}
