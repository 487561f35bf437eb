import { randomUUID } from 'node:crypto'
import { whyNotSend } from '../../src/delivery/who.ts'
import { EMAIL_NEW_PATH, EMAILS_PATH } from '../../src/email/form.ts'
import { definePage } from '../../src/page.ts'
import { Card } from '../parts/index.ts'
import { MailForm } from './email/form.tsx'

/** A new mail to one user. */
export default definePage<{ id: string }>({
  path: EMAIL_NEW_PATH,
  under: EMAILS_PATH,
  title: 'New e-mail',
  group: 'Work',
  order: 11,
  role: 'operator',
  params: ['user'],
  filters: 'none',
  // Each form is one mail, however often it is sent.
  personal: () => randomUUID(),
  load: async () => ({ id: randomUUID() }),
  frame: () => ({ freshness: undefined, crumbs: [{ label: 'E-mails', href: EMAILS_PATH }] }),
  Live: ({ data: { id }, context: { deps, admin, query } }) => (
    <Card id="email-form" title="To one user" sub="it is shown before it is sent">
      <MailForm values={{ id, user: query.user ?? '' }} off={whyNotSend(deps, admin)} />
    </Card>
  ),
})
