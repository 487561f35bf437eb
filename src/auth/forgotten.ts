import { audit } from '../audit/audit.ts'
import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import { findAdminByEmail, normaliseEmail } from './admins.ts'
import { makePasswordLink } from './links.ts'
import { sendLinkMail } from './reset-mail.ts'
import { MAX_PER_ADDRESS, recordAttempt, WINDOW_MS } from './throttle.ts'

/** Mails to one account in a quarter of an hour: more is somebody else's idea of a joke. */
const MAX_MAILS = 3

/**
 * Mails a link to the account of an address, if there is one. What comes back is the same for all addresses, and as
 * fast: looking, making and sending are done after the answer.
 * @throws Problem 429 where one client asks for many
 */
export async function askForReset(deps: Deps, { email, ip }: { email: string; ip: string }): Promise<void> {
  const account = normaliseEmail(email)
  if (account === null) return
  const asked = { kind: 'reset' as const, email: account, ip, now: deps.now(), maxPerAccount: MAX_MAILS }
  const retryAfter = await recordAttempt(deps.db.sql, asked)
  if (retryAfter !== undefined && (await isAddressBusy(deps, ip)))
    throw new Problem(429, 'Too many requests', 'Too many came from here: try again later.', retryAfter)
  // Of an account that has had its mails nothing is said either.
  if (retryAfter !== undefined) return
  void sendReset(deps, account).catch((error: unknown) => {
    deps.log.error({ err: error }, 'a link for a new password was not sent')
  })
}

/** Told only where it is this client that is waiting: that an account waits would say that somebody asked for it. */
async function isAddressBusy({ db: { sql }, now }: Deps, ip: string): Promise<boolean> {
  const since = new Date(now().getTime() - WINDOW_MS)
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from login_failures where at > ${since} and cleared_at is null and ip = ${ip}`
  return (row?.n ?? 0) >= MAX_PER_ADDRESS
}

async function sendReset(deps: Deps, email: string): Promise<void> {
  const { sql } = deps.db
  const admin = await findAdminByEmail(sql, email)
  if (!admin || admin.disabledAt) return
  const link = await makePasswordLink(sql, deps, admin.id, 'reset')
  await audit(sql, { actor: 'anonymous', action: 'admin.reset-link', target: `admin:${admin.id}` })
  await sendLinkMail(deps, { to: admin.email, link, kind: 'reset' })
}
