import { deliverDue } from '../src/delivery/deliver.ts'
import { type Notice, notify } from '../src/delivery/notify.ts'
import { createChannel } from '../src/delivery/store.ts'
import type { Who } from '../src/env.ts'
import type { TestApp } from './helpers/app.ts'

export const OWNER: Who = { kind: 'key', id: 'k', name: 'k', scopes: ['act'], tenants: null }
export const SECRET = 'a signing secret of the tests'

/** Makes a channel that posts to a URL; answers its id. */
export async function hookTo({ deps }: TestApp, name: string, url: string, canary = ''): Promise<string> {
  const given = { kind: 'webhook', name, values: { url, secret: SECRET }, canary }
  return (await createChannel(deps, OWNER, given)).id
}

/** Writes a notice as an alert would, in a transaction. */
export async function tell({ sql }: TestApp, more: Partial<Notice> = {}): Promise<number> {
  const notice: Notice = {
    dedupeKey: 'alert:1',
    event: 'firing',
    severity: 'critical',
    title: 'Cost above $50',
    text: 'It is $61.',
    link: '/dashboard/alerts/1',
    ...more,
  }
  return (await sql.begin((tx) => notify(tx, notice))) as number
}

/** Makes attempts until nothing is due. */
export async function deliverAll({ deps }: Pick<TestApp, 'deps'>): Promise<number> {
  let all = 0
  for (let n = await deliverDue(deps); n > 0; n = await deliverDue(deps)) all += n
  return all
}

/** Lets the time pass that waiting notifications, and leases of those being sent, have to wait. */
export async function later({ sql }: TestApp): Promise<void> {
  await sql`update notifications set next_at = now() where state in ('queued', 'sending')`
}

export const statesOf = async ({ sql }: TestApp): Promise<string[]> =>
  (await sql<{ state: string }[]>`select state from notifications order by id`).map(({ state }) => state)

export const outcomesOf = async ({ sql }: TestApp): Promise<(string | null)[]> =>
  (await sql<{ outcome: string | null }[]>`select outcome from notification_attempts order by notification_id, n`).map(
    ({ outcome }) => outcome,
  )

export async function forget({ sql }: TestApp): Promise<void> {
  await sql`truncate notifications, notification_attempts, channels, emails cascade`
  await sql`delete from audit_log`
}
