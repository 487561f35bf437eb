import { cardState } from '../../src/card-state.ts'
import { type Attempt, attemptsOf } from '../../src/delivery/read.ts'
import { version } from '../../src/delivery/version.ts'
import { whyNotSend } from '../../src/delivery/who.ts'
import { EMAIL_NEW_PATH, EMAILS_PATH, mailHref, wordsHref } from '../../src/email/form.ts'
import { type Mail, mailById, readMails } from '../../src/email/read.ts'
import { whyNoWords } from '../../src/email/words.ts'
import { idIn } from '../../src/lib/below.ts'
import { momentText } from '../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { userHref } from '../../src/users/paths.ts'
import { Card, DataTable, Facts, Icon, Note, TwoLines } from '../parts/index.ts'
import { Attempts } from './delivery/delivery-card.tsx'
import { StateBadge } from './delivery/words.tsx'

type Told = Mail & { tries: Attempt[] }
interface Data {
  mails: Loaded<Mail[]>
  told: Told | undefined
}
interface Props {
  data: Data
  context: PageContext
}

const ROWS = 50

/** The mails to users that were sent from here. */
export default definePage<Data>({
  path: EMAILS_PATH,
  title: 'E-mails',
  group: 'Work',
  order: 10,
  icon: 'mail',
  role: 'viewer',
  every: 10,
  personal: () => String(version()),
  params: ['user', 'mail', 'before', 'done'],
  filters: 'scope',
  load: async (context) => {
    const { deps, admin, filters, query } = context
    const before = idIn(query.before)
    const asked = {
      scope: filters.scope,
      ...(query.user && { user: query.user }),
      ...(before !== undefined && { before }),
      limit: ROWS + 1,
    }
    const [mails, told] = await Promise.all([
      card(context, 'emails', () => readMails(deps, asked), { key: `${version()}|${query.user}|${query.before}` }),
      query.mail ? mailById(deps, admin, query.mail).then(withTries(deps)) : undefined,
    ])
    return { mails, told }
  },
  frame: ({ context: { deps, admin, query } }) => ({
    actions: whyNotSend(deps, admin) ? undefined : (
      <a
        class="q-btn q-btn-primary"
        href={query.user ? `${EMAIL_NEW_PATH}?user=${encodeURIComponent(query.user)}` : EMAIL_NEW_PATH}
      >
        <Icon name="plus" />
        New e-mail
      </a>
    ),
  }),
  View: ({ context: { deps, query }, live }) => (
    <div class="q-flow">
      {query.done && deps.config.smtpUrl !== '' && <Note tone="info">The mail is on its way; its state is below.</Note>}
      {deps.config.smtpUrl === '' && (
        <Note tone="warn">SMTP_URL is not set: mails are kept here, where they can be read, and are not sent.</Note>
      )}
      {live}
    </div>
  ),
  Live: (props) => (
    <div class="q-flow">
      {props.data.told && <MailCard told={props.data.told} context={props.context} />}
      <List {...props} />
    </div>
  ),
})

const withTries =
  (deps: PageContext['deps']) =>
  async (mail: Mail): Promise<Told> => ({ ...mail, tries: await attemptsOf(deps, mail.notificationId) })

const MailCard = ({ told, context }: { told: Told; context: PageContext }) => {
  const { deps, admin, filters } = context
  const why = whyNoWords(deps, admin)
  const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  return (
    <Card id="email" title={`E-mail ${told.id}`} sub={`to ${told.recipient}`}>
      <div class="q-told">
        <Facts
          items={[
            { label: 'State', value: <StateBadge state={told.status} /> },
            { label: 'Written', value: `${moment(told.createdAt)} by ${told.by}` },
            { label: 'Sent', value: told.sentAt ? moment(told.sentAt) : '—' },
            ...(told.status === 'queued' && told.attempts > 0
              ? [{ label: 'Next try', value: moment(told.nextAt) }]
              : []),
            { label: 'User', value: <a href={userHref(told.userId)}>{told.userId}</a> },
          ]}
        />
        <p class="q-actions">
          {why ? (
            <button type="button" class="q-btn" disabled title={why}>
              <Icon name="mail" />
              Read it
            </button>
          ) : (
            <a class="q-btn" href={wordsHref(told.id)}>
              <Icon name="mail" />
              Read it
            </a>
          )}
          <small class="q-ink-2">{why ?? 'Who reads it is written to the audit log.'}</small>
        </p>
      </div>
      <Attempts tries={told.tries} context={context} />
    </Card>
  )
}

const List = ({ data: { mails }, context }: Props) => {
  const { deps, filters, query, href } = context
  const rows = shownOf(mails) ?? []
  const shown = rows.slice(0, ROWS)
  const last = shown.at(-1)
  const of = new URLSearchParams({
    ...(filters.tenant !== undefined && { tenant: filters.tenant }),
    ...(query.user && { user: query.user }),
  }).toString()
  const search = of ? `?${of}` : ''
  return (
    <Card
      id="emails"
      title={query.user ? `To ${query.user}` : 'Sent from here'}
      sub="to one user at a time"
      flush={rows.length > 0}
      state={cardState(mails, deps.now(), () => (rows.length === 0 ? EMPTY : undefined))}
    >
      {rows.length > 0 && (
        <DataTable
          id="emails"
          caption="E-mails"
          rowHeight={44}
          columns={[
            { key: 'mail', label: 'To', strong: true },
            { key: 'state', label: 'State' },
            { key: 'by', label: 'By', muted: true, wide: true },
            { key: 'at', label: 'Written', muted: true, wide: true },
          ]}
          rows={shown.map((mail) => ({ cells: cellsOf(mail, context) }))}
          csv={{ label: 'CSV', href: `/exports/emails.csv${search}` }}
          json={{ label: 'JSON', href: `/api/emails${search}` }}
          pager={{
            previous: query.before ? href({ query: { before: '', done: '' } }) : undefined,
            next: rows.length > ROWS && last ? href({ query: { before: String(last.id), done: '' } }) : undefined,
            size: ROWS,
          }}
        />
      )}
    </Card>
  )
}

const cellsOf = (mail: Mail, { deps, filters }: PageContext) => ({
  mail: <TwoLines title={<a href={mailHref(mail.id)}>{mail.recipient}</a>} sub={`E-mail ${mail.id}`} />,
  state: <TwoLines title={<StateBadge state={mail.status} />} sub={mail.error ?? undefined} />,
  by: mail.by,
  at: momentText(mail.createdAt, filters.today, deps.config.timeZone),
})

const EMPTY = {
  kind: 'empty',
  icon: 'mail',
  title: 'No e-mails yet',
  text: 'What an admin or a program writes to a user stands here, with what became of it.',
  code: `curl -X POST "$URL/api/emails/send" -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"user":"u1","subject":"Your invoice","text":"Hello"}'`,
} as const
