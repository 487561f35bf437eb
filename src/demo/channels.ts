import type { Deps } from '../context.ts'
import type { Given } from '../delivery/input.ts'
import { createChannel } from '../delivery/store.ts'
import { sendTest } from '../delivery/test-notice.ts'
import { sendEmail } from '../email/send.ts'
import type { AdminWho } from '../env.ts'
import { Problem } from '../lib/errors.ts'

/** The channels of Acme Studio's team, tried out once, and some mails to its users; a second start changes nothing. */
export async function openChannels(deps: Deps, productUrl: string): Promise<void> {
  const [known] = await deps.db.sql`select from channels limit 1`
  const who = await demoAdmin(deps)
  if (known || !who) return
  const chat = new URL('/hooks/chat', productUrl).href
  const desk = new URL('/hooks/desk', productUrl).href
  const made: Given[] = [
    { kind: 'email', name: 'On call', values: { to: 'oncall@acme.example, lead@acme.example' }, canary: '24' },
    { kind: 'slack', name: 'Ops chat', values: { url: chat }, canary: '6' },
    { kind: 'webhook', name: 'Incident desk', values: { url: desk, secret: 'a secret of the demo alone' } },
  ]
  for (const given of made) await sendTest(deps, who, (await createChannel(deps, who, given)).id)
  await writeMails(deps, who)
}

async function demoAdmin({ db }: Deps): Promise<AdminWho | undefined> {
  const [admin] = await db.sql<Pick<AdminWho, 'id' | 'email' | 'name' | 'role'>[]>`
    select id, email, name, role from admins where role = 'owner' order by created_at limit 1`
  return admin && { ...admin, kind: 'admin', preferences: {}, tenants: null, sessionId: '' }
}

const MAILS = [
  {
    subject: 'Your builds fail at the image step',
    text: 'Two of your images are larger than 20 MB. Smaller ones build.',
  },
  { subject: 'A month of Pro, on us', text: 'Your site was away for an hour on Tuesday. This month is free.' },
  {
    subject: 'We would like to hear from you',
    text: 'You use the editor more than anybody. What would you change first?',
  },
]

async function writeMails(deps: Deps, who: AdminWho): Promise<void> {
  const users = await deps.db.sql<{ user_id: string }[]>`
    select user_id from users where email is not null and status <> 'deleted' order by created_at desc limit 12`
  const mails = [...MAILS]
  for (const { user_id } of users) {
    const [next] = mails
    if (!next) return
    try {
      await sendEmail(deps, who, { user: user_id, ...next })
      mails.shift()
    } catch (error) {
      // Somebody who unsubscribed: the next one gets it.
      if (!(error instanceof Problem)) throw error
    }
  }
}
