import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { eraseAuditTexts } from '../audit/erase.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { ERASURE_LOCK } from '../db/locks.ts'
import type { Who } from '../env.ts'
import { ERASED_KNOWN_MS, erasedHash } from '../facts/erased-ids.ts'
import { Problem } from '../lib/errors.ts'
import { refreshUserStats } from '../users/stats.ts'
import { noteChange } from '../users/version.ts'
import { namesOf, pseudonymsFor } from './names.ts'
import type { Erased } from './rename.ts'
import { dropOwn, renameFacts, renameTogether, runsOf } from './steps.ts'
import { eraseMentions, isTelling } from './texts.ts'

/** After this all processes know of an erased id, and what they had taken before is stored: one more turn finds it. */
export const SETTLE_MS = 6 * ERASED_KNOWN_MS
export const MAX_REASON = 500

interface Erasure extends Erased {
  id: string
  requestedBy: string
}

/**
 * Begins to erase a user: from here on nothing new is stored under their ids. The rest is work for `workOnErasures`.
 * @throws Problem 422 of the reason, 409 where it is under way
 */
export async function requestErasure(deps: Deps, who: Who, userId: string, given: string): Promise<string> {
  const id = randomUUID()
  await deps.db.sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ERASURE_LOCK})`
    const { ids, emails } = await namesOf(tx, userId)
    const reason = checkedReason(given, [...ids, ...emails])
    const [open] = await tx`select from erasures where finished_at is null and names ? ${userId}`
    if (open) throw new Problem(409, 'Under way', 'This user is being erased already.')
    const names = pseudonymsFor(ids)
    const hashes = Object.entries(names).map(([old, pseudonym]) => ({
      hash: erasedHash(deps.config.secretKey, old),
      pseudonym,
    }))
    await tx`
      insert into erased_ids (hash, pseudonym, at)
      select hash, pseudonym, ${deps.now()}
      from json_to_recordset(${JSON.stringify(hashes)}::text::json) as x (hash text, pseudonym text)
      on conflict (hash) do nothing`
    const known = await tx<{ hash: string; pseudonym: string }[]>`
      select hash, pseudonym from erased_ids where hash = any(${hashes.map(({ hash }) => hash)}::text[])`
    // An id that was erased before keeps its pseudonym: what was left over of it joins the rest.
    const kept = new Map(known.map(({ hash, pseudonym }) => [hash, pseudonym]))
    const final = Object.fromEntries(Object.keys(names).map((old, n) => [old, kept.get(hashes[n]!.hash)!]))
    await tx`
      insert into erasures (id, requested_by, reason, requested_at, names, emails, salt)
      values (${id}, ${actorOf(who)}, ${reason}, ${deps.now()}, ${JSON.stringify(final)}::text::jsonb, ${emails},
        ${randomUUID()})`
    await audit(tx, { actor: actorOf(who), action: 'user.erase', target: `erasure:${id}`, detail: { reason } })
  })
  await deps.writer.learnErased()
  return id
}

/** It is kept for good, so it must not name who is erased. */
function checkedReason(given: string, names: string[]): string {
  const reason = given.replaceAll('\r\n', '\n').trim()
  const refuse = (why: string) => new Problem(422, 'Not erased', why).at('reason')
  if (reason === '') throw refuse('Say why: it stays in the audit log.')
  if (reason.length > MAX_REASON) throw refuse(`At most ${MAX_REASON} characters.`)
  if (/[^\P{Cc}\n\t]/u.test(reason)) throw refuse('Only text that can be read.')
  const named = names.some((name) => (isTelling(name) || name.includes('@')) && mentionsOf(reason, name))
  if (named) throw refuse('It stays in the audit log: leave the id and the address out.')
  return reason
}

const mentionsOf = (text: string, name: string): boolean => text.toLowerCase().includes(name.toLowerCase())

interface Turn {
  signal?: AbortSignal
  settleMs?: number
}

/**
 * Goes on with what is being erased; where two processes do at once, each row is one's or the other's. An erasure has two turns: everything, and after all processes
 * know of it whatever they had still taken. Answers how many have ended.
 */
export async function workOnErasures(deps: Deps, { signal, settleMs = SETTLE_MS }: Turn = {}): Promise<number> {
  const rows = await deps.db.sql<(Erasure & { last: boolean })[]>`
    select id::text, requested_by as "requestedBy", names, emails, salt, passed_at is not null as last from erasures
    where finished_at is null and (passed_at is null or passed_at <= now() - ${settleMs} * interval '1 ms')
    order by requested_at`
  let ended = 0
  for (const { last, ...erasure } of rows) {
    signal?.throwIfAborted()
    await turn(deps, erasure, signal)
    ended += await closeTurn(deps, erasure, last)
  }
  if (rows.length > 0) {
    await refreshUserStats(deps)
    noteChange()
  }
  return ended
}

/** All of it; a second time it finds nothing, so that it can be broken off anywhere and begun again. */
async function turn(deps: Deps, erasure: Erasure, signal: AbortSignal | undefined): Promise<void> {
  const { heavy } = deps.db
  const told = async (rows: number) => {
    signal?.throwIfAborted()
    if (rows > 0) await deps.db.sql`update erasures set rows = rows + ${rows} where id = ${erasure.id}`
  }
  await told(await renameTogether(heavy, deps.config.timeZone, erasure))
  await renameFacts(heavy, erasure, told)
  const own = await heavy.begin(async (tx) => {
    // Found while they still have the names.
    const runs = await runsOf(tx, erasure)
    const rows = (await dropOwn(tx, erasure, runs)) + (await eraseMentions(tx, erasure))
    return rows + (await eraseAudit(tx, erasure, runs))
  })
  await told(own as number)
}

async function eraseAudit(tx: TransactionSql, { requestedBy, names }: Erasure, runs: string[]): Promise<number> {
  let lines = 0
  for (const old of Object.keys(names)) lines += await eraseAuditTexts(tx, requestedBy, `user:${old}`, runs)
  return lines
}

/** With the end of the last turn the names it worked with go as well. */
async function closeTurn({ db, now }: Deps, { id, requestedBy }: Erasure, last: boolean): Promise<number> {
  if (!last) {
    await db.sql`update erasures set passed_at = now() where id = ${id} and passed_at is null`
    return 0
  }
  return (await db.sql.begin(async (tx) => {
    const [done] = await tx<{ rows: number }[]>`
      update erasures set names = null, emails = null, salt = null, finished_at = ${now()}
      where id = ${id} and finished_at is null returning rows::float8 as rows`
    if (!done) return 0
    await audit(tx, { actor: requestedBy, action: 'user.erased', target: `erasure:${id}`, detail: { rows: done.rows } })
    return 1
  })) as number
}
