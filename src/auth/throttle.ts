import type { Sql } from '../db/connect.ts'
import { ACCOUNT_LOCK, ADDRESS_LOCK } from '../db/locks.ts'

export const WINDOW_MS = 15 * 60_000
/** Failures within the window before a sign-in has to wait. An office shares an address, so that may have more. */
export const MAX_PER_ACCOUNT = 10
export const MAX_PER_ADDRESS = 30

export interface Attempt {
  /** The account, or something else that is guessed at, under a name that no account can have. */
  email: string
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
 * before the first has failed; `clearAttempts` takes it back. @returns seconds to wait, if there were too many.
 */
export function recordAttempt(
  sql: Sql,
  { email, ip, now, maxPerAccount = MAX_PER_ACCOUNT }: Attempt,
): Promise<number | undefined> {
  return sql.begin(async (tx) => {
    // Accounts before addresses, so that two attempts cannot wait for each other.
    await tx`select pg_advisory_xact_lock(${ACCOUNT_LOCK}, hashtext(${email}))`
    await tx`select pg_advisory_xact_lock(${ADDRESS_LOCK}, hashtext(${ip}))`
    const since = new Date(now.getTime() - WINDOW_MS)
    const [counts] = await tx<Counts[]>`
      select count(*) filter (where email = ${email})::int as account,
        count(*) filter (where ip = ${ip})::int as address,
        min(at) filter (where email = ${email}) as "oldestAccount",
        min(at) filter (where ip = ${ip}) as "oldestAddress"
      from login_failures where at > ${since} and (email = ${email} or ip = ${ip})`
    const wait = counts ? waitSeconds(counts, now, maxPerAccount) : undefined
    // Waiting attempts are not counted: they would keep the owner out for as long as somebody goes on guessing.
    if (wait === undefined) await tx`insert into login_failures (at, email, ip) values (${now}, ${email}, ${ip})`
    await tx`delete from login_failures where at < ${new Date(now.getTime() - 24 * 3_600_000)}`
    return wait
  }) as Promise<number | undefined>
}

/** Counts a sign-in that failed for its day; who tried is forgotten sooner. */
export async function countFailure(sql: Sql, now: Date, timeZone: string): Promise<void> {
  await sql`
    insert into sign_in_failure_days as d (day, n) values ((${now}::timestamptz at time zone ${timeZone})::date, 1)
    on conflict (day) do update set n = d.n + 1`
}

/** After a sign-in that succeeded, the account's failures are forgotten. */
export async function clearAttempts(sql: Sql, email: string): Promise<void> {
  await sql`delete from login_failures where email = ${email}`
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
