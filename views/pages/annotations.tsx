import { annotateProps, whyNot } from '../../src/annotations/form.ts'
import { ANNOTATION_KINDS, shownKinds } from '../../src/annotations/kinds.ts'
import { flagMenu, loadAnnotations } from '../../src/annotations/on-charts.ts'
import type { Annotation } from '../../src/annotations/read.ts'
import { safeNext } from '../../src/auth/next.ts'
import { mayTenant } from '../../src/auth/scope.ts'
import { cardState } from '../../src/card-state.ts'
import { dayTitle, momentText, rangeDates } from '../../src/lib/dates.ts'
import { filterQuery } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import {
  AnnotateForm,
  Badge,
  Card,
  DataTable,
  Grid,
  Icon,
  Menu,
  MenuItem,
  Note,
  Stack,
  TwoLines,
} from '../parts/index.ts'

interface Data {
  found: Loaded<Annotation[]>
}
interface Props {
  data: Data
  context: PageContext
}

/** Rows shown; the JSON has all of them. */
const ROWS = 200

/** All that is marked on the time charts, and the form to mark more. */
export default definePage<Data>({
  path: '/dashboard/annotations',
  under: '/dashboard/metrics',
  title: 'Annotations',
  group: 'Work',
  order: 42,
  role: 'viewer',
  params: ['flags', 'back', 'done'],
  filters: 'tenant',
  load: async (context) => ({ found: await loadAnnotations(context) }),
  frame: ({ context: { filters } }) => ({
    crumbs: [{ label: 'Metrics', href: `/dashboard/metrics${filterQuery(filters)}` }],
    actions: (
      <a class="q-btn" href="#annotate-text">
        <Icon name="flag" />
        Annotate
      </a>
    ),
  }),
  View: ({ context, live }) => {
    const { deps, admin, filters, query } = context
    const back = query.back ? safeNext(query.back) : context.href({ query: { done: '' } })
    return (
      <div class="q-flow">
        {query.done && <Note tone="info">{DONE[query.done] ?? 'Done.'}</Note>}
        <Grid>
          <Stack span={8}>{live}</Stack>
          <Stack span={4}>
            <Card id="annotate" title="Annotate" sub="a flag on all time charts">
              <AnnotateForm {...annotateProps(deps, admin, filters.tenant, back)} />
            </Card>
          </Stack>
        </Grid>
      </div>
    )
  },
  Live: (props) => <List {...props} />,
})

const DONE: Record<string, string> = { deleted: 'The annotation is deleted.', written: 'The annotation is written.' }

const List = ({ data: { found }, context }: Props) => {
  const { deps, filters, query } = context
  const kinds = shownKinds(query.flags)
  const rows = (shownOf(found) ?? []).filter(({ kind }) => kinds.includes(kind)).reverse()
  const choices = flagMenu(context, found)
  return (
    <Card
      id="annotations"
      title="What happened"
      sub={rangeDates(filters.from, filters.to, filters.today)}
      tools={choices && <KindsMenu choices={choices} />}
      flush
      state={cardState(found, deps.now())}
    >
      <DataTable
        id="annotations"
        caption="Annotations"
        rowHeight={44}
        columns={[
          { key: 'when', label: 'When', muted: true },
          { key: 'text', label: 'What', strong: true },
          { key: 'kind', label: 'Kind', wide: true },
          { key: 'tenant', label: 'Tenant', muted: true, wide: true },
          { key: 'act', label: 'Delete', quiet: true },
        ]}
        rows={rows.slice(0, ROWS).map((one) => ({ cells: cellsOf(one, context) }))}
        empty="Nothing is marked on these days."
        json={{ label: 'JSON', href: `/api/annotations${apiQuery(context)}` }}
        note={rows.length > ROWS ? `the newest ${ROWS} of ${rows.length}` : undefined}
      />
    </Card>
  )
}

const KindsMenu = ({ choices }: { choices: NonNullable<ReturnType<typeof flagMenu>> }) => (
  <Menu kind="quiet" icon="filter" label={kindsLabel(choices)} side="right" id="menu-kinds">
    {choices.map((choice) => (
      <MenuItem label={choice.label} href={choice.href} selected={choice.selected} />
    ))}
  </Menu>
)

const kindsLabel = (choices: { label: string; selected: boolean }[]): string => {
  const chosen = choices.filter(({ selected }) => selected)
  return chosen.length === 1 ? `${chosen[0]?.label}` : `${chosen.length} kinds`
}

const apiQuery = ({ filters: { from, to, tenant } }: PageContext): string =>
  `?${new URLSearchParams({ from, to, ...(tenant === undefined ? {} : { tenant }) })}`

function cellsOf(one: Annotation, { deps, filters, admin }: PageContext) {
  const mayDelete = one.id !== undefined && !whyNot(deps, admin) && mayTenant(admin, one.tenantId)
  const { today } = filters
  const when = one.day ? dayTitle(one.day, today) : momentText(one.at, today, deps.config.timeZone)
  return {
    when,
    text: <TwoLines title={<Words {...one} />} sub={one.source === 'written' ? undefined : FROM[one.source]} />,
    kind: (
      <Badge tone="plain" outline text={`${ANNOTATION_KINDS[one.kind].letter} ${ANNOTATION_KINDS[one.kind].one}`} />
    ),
    tenant: one.tenant ?? 'all',
    act: mayDelete && <Delete one={one} />,
  }
}

/** What the tables tell is as long as they do. */
const FROM: Record<string, string> = {
  prices: 'from the price table',
  campaigns: 'from the campaigns',
  deploys: 'from jobs that deploy',
  told: 'from events',
  experiments: 'from the experiments',
  incidents: 'from the logs',
  outages: 'from the health of sources',
  changes: 'from the audit log',
}

const Words = ({ text, link }: Annotation) =>
  link ? (
    <a href={link} rel="noopener noreferrer" target="_blank">
      {text}
    </a>
  ) : (
    <span>{text}</span>
  )

const Delete = ({ one }: { one: Annotation }) => (
  <form method="post" action={`/dashboard/annotations/${one.id}/delete`}>
    <button type="submit" class="q-btn q-btn-icon" aria-label={`Delete “${one.text}”`} title="Delete">
      <Icon name="trash" />
    </button>
  </form>
)
