import type { Sql } from '../db/connect.ts'
import { ACCOUNT_LOCK, ADDRESS_LOCK } from '../db/locks.ts'

export const WINDOW_MS = 15 * 60_000
/** Failures within the window before a sign-in has to wait. An office shares an address, so that may have more. */
export const MAX_PER_ACCOUNT = 10
export const MAX_PER_ADDRESS = 30

/** What is guessed at; of a reset it is asked for a link, which is no failure. */
export type AttemptKind = 'password' | 'code' | 'reset'

interface Account {
  kind: AttemptKind
  /** The address of the account; of a code the id of the admin. */
  email: string
}

export interface Attempt extends Account {
  ip: string
  now: Date
  /** For what is guessed faster than a password. */
  maxPerAccount?: number
}

interface Counts {
  account: number
  address: number
  oldestAccount: Date | null
  oldestAddress: Date | null
}

/**
 * Counts an attempt as failed before its password is looked at, so that a hundred at once cannot all slip through
 * before the first has failed; `clearSuccess` takes it back. @returns seconds to wait, if there were too many.
 */
export function recordAttempt(
  sql: Sql,
  { kind, email, ip, now, maxPerAccount = MAX_PER_ACCOUNT }: Attempt,
): Promise<number | undefined> {
  return sql.begin(async (tx) => {
    // Accounts before addresses, so that two attempts cannot wait for each other.
    await tx`select pg_advisory_xact_lock(${ACCOUNT_LOCK}, hashtext(${`${kind} ${email}`}))`
    await tx`select pg_advisory_xact_lock(${ADDRESS_LOCK}, hashtext(${ip}))`
    const since = new Date(now.getTime() - WINDOW_MS)
    const [counts] = await tx<Counts[]>`
      select count(*) filter (where kind = ${kind} and email = ${email})::int as account,
        count(*) filter (where ip = ${ip})::int as address,
        min(at) filter (where kind = ${kind} and email = ${email}) as "oldestAccount",
        min(at) filter (where ip = ${ip}) as "oldestAddress"
      from login_failures
      where at > ${since} and cleared_at is null and ((kind = ${kind} and email = ${email}) or ip = ${ip})`
    const wait = counts ? waitSeconds(counts, now, maxPerAccount) : undefined
    // Waiting attempts are not counted: they would keep the owner out for as long as somebody goes on guessing.
    if (wait === undefined)
      await tx`insert into login_failures (at, kind, email, ip) values (${now}, ${kind}, ${email}, ${ip})`
    return wait
  }) as Promise<number | undefined>
}

/** Counts a sign-in that failed for its day; who tried is forgotten sooner. */
export async function countFailure(sql: Sql, now: Date, timeZone: string): Promise<void> {
  await sql`
    insert into sign_in_failure_days as d (day, n) values ((${now}::timestamptz at time zone ${timeZone})::date, 1)
    on conflict (day) do update set n = d.n + 1`
}

/** After an attempt that succeeded: it was none that failed, and those before it make nobody wait any more. */
export async function clearSuccess(sql: Sql, { kind, email }: Account, now: Date): Promise<void> {
  await sql`
    with own as (
      delete from login_failures where id = (
        select id from login_failures where kind = ${kind} and email = ${email} and cleared_at is null
        order by at desc, id desc limit 1)
      returning id)
    update login_failures set cleared_at = ${now}
    where kind = ${kind} and email = ${email} and cleared_at is null and id not in (select id from own)`
}

/** What failed before makes nobody wait any more; that it failed stays known. */
export async function clearAttempts(sql: Sql, { kind, email }: Account, now: Date): Promise<void> {
  await sql`
    update login_failures set cleared_at = ${now} where kind = ${kind} and email = ${email} and cleared_at is null`
}

/** Until the oldest failure that counts has left the window. */
function waitSeconds(counts: Counts, now: Date, maxPerAccount: number): number | undefined {
  const { account, address, oldestAccount, oldestAddress } = counts
  const until = [account >= maxPerAccount ? oldestAccount : null, address >= MAX_PER_ADDRESS ? oldestAddress : null]
    .filter((oldest) => oldest !== null)
    .map((oldest) => oldest.getTime() + WINDOW_MS)
  if (until.length === 0) return undefined
  return Math.max(1, Math.ceil((Math.max(...until) - now.getTime()) / 1_000))
}
