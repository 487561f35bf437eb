import { definePage, type PageContext } from '../../src/page.ts'
import { whatIsKept } from '../../src/settings/kept.ts'
import { PRIVACY_PATH } from '../../src/settings/sections.ts'
import { Badge, Card, DataTable, Facts } from '../parts/index.ts'

interface Props {
  data: null
  context: PageContext
}

/** What is told and kept of people: the environment sets it, this page says what it means. */
export default definePage<null>({
  path: PRIVACY_PATH,
  under: '/dashboard/settings',
  title: 'Privacy and retention',
  group: 'Work',
  order: 85,
  role: 'viewer',
  filters: 'none',
  load: async () => null,
  frame: () => ({ freshness: undefined, crumbs: [{ label: 'Settings', href: '/dashboard/settings' }] }),
  Live: (props) => (
    <div class="q-flow">
      <ModeCard {...props} />
      <ContentCard {...props} />
      <KeptCard {...props} />
    </div>
  ),
})

const link = { label: 'Environment', href: '/dashboard/docs/settings#environment' }

/** What each mode tells of a user. */
const TOLD: [what: string, standard: string, strict: string][] = [
  ['Id, e-mail address, plan, counts', 'shown', 'shown'],
  ['Name, country, sign-in provider', 'shown', 'hidden'],
  ['Messages sent to a user', 'to operators and owners, each look in the audit log', 'to nobody'],
  ['Prompts, comments, code of components', 'where they are kept at all', 'hidden'],
  ['Texts of errors and of refused facts', 'shown', 'hidden'],
  ['Notes on users', 'written and read', 'neither'],
  ['Impersonation', 'with a reason', 'off'],
]

const ModeCard = ({ context: { deps } }: Props) => {
  const { privacy } = deps.config
  return (
    <Card
      id="privacy"
      title="Privacy mode"
      sub="on pages, in rows, exports, API, mails and reports alike"
      tools={<Badge tone="info" text={privacy} />}
      link={link}
      flush
    >
      <DataTable
        id="privacy"
        caption="What each privacy mode tells of a user"
        columns={[
          { key: 'what', label: 'Of a user' },
          {
            key: 'standard',
            label: privacy === 'standard' ? 'Standard (now)' : 'Standard',
            strong: privacy === 'standard',
          },
          { key: 'strict', label: privacy === 'strict' ? 'Strict (now)' : 'Strict', strong: privacy === 'strict' },
        ]}
        rows={TOLD.map(([what, standard, strict]) => ({ cells: { what, standard, strict } }))}
        note="Set by PRIVACY in the environment; a change needs a restart."
      />
    </Card>
  )
}

const ContentCard = ({ context: { deps } }: Props) => {
  const { storeContent } = deps.config
  return (
    <Card
      id="content"
      title="What people wrote"
      sub="prompts, messages, comments, tickets, the code of components"
      tools={<Badge tone="info" text={storeContent ? 'kept' : 'dropped'} />}
      link={link}
    >
      <Facts
        items={[
          {
            label: 'Now',
            value: storeContent
              ? 'The text is kept with its fact, and goes with it.'
              : 'The text is dropped at the door: nobody can bring it back, and a change keeps only what comes later.',
          },
          { label: 'Set by', value: <code class="q-code">STORE_CONTENT</code> },
        ]}
      />
    </Card>
  )
}

const KeptCard = ({ context: { deps } }: Props) => (
  <Card id="retention" title="Retention" sub="what is kept for how long, and what happens then" link={link} flush>
    <DataTable
      id="retention"
      caption="Retention"
      rowHeight={44}
      columns={[
        { key: 'what', label: 'What' },
        { key: 'kept', label: 'Kept', strong: true },
        { key: 'after', label: 'Then' },
        { key: 'by', label: 'Set by', code: true, muted: true, wide: true },
      ]}
      rows={whatIsKept(deps.config).map(({ what, kept, after, by }) => ({
        cells: { what, kept, after, by: by ?? 'fixed' },
      }))}
      note="By the daily tasks, at 01:00."
    />
  </Card>
)
