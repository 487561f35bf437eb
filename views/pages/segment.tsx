import { cardState } from '../../src/card-state.ts'
import { dayLabel, momentText } from '../../src/lib/dates.ts'
import { filterQuery, isDay } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { countOf } from '../../src/segments/count.ts'
import { ownKey } from '../../src/segments/own-key.ts'
import { SEGMENTS_PATH, segmentHref } from '../../src/segments/paths.ts'
import { sentenceOf } from '../../src/segments/sentence.ts'
import { mayChange, usableSegment } from '../../src/segments/store.ts'
import type { Segment } from '../../src/segments/types.ts'
import { columnsFor, readUsers, type SegmentUser, USER_COLUMNS, usersSql } from '../../src/segments/users.ts'
import { userHref } from '../../src/users/paths.ts'
import { Card, DataTable, Icon, Menu, Note, SqlDrawer } from '../parts/index.ts'

interface Data {
  segment: Segment
  found: Loaded<{ total: number | undefined; users: SegmentUser[] }>
}
interface Props {
  data: Data
  context: PageContext
}

const PAGE_SIZE = 50
const BUDGET_MS = 4_000
const DRAWER = 'segment-sql'

/** One segment: its rule in words, and whom it holds for. */
export default definePage<Data>({
  path: `${SEGMENTS_PATH}/:id`,
  under: SEGMENTS_PATH,
  title: 'Segment',
  group: 'People',
  order: 72,
  role: 'viewer',
  params: ['after', 'done'],
  filters: 'scope',
  personal: ownKey,
  load: async (context) => {
    const { deps, admin, filters, param, query } = context
    const segment = await usableSegment(deps, admin, param.id ?? '')
    const found = await card(
      context,
      'segment-users',
      async () => {
        const [total, users] = await Promise.all([
          countOf(deps, segment, filters.scope),
          readUsers(deps, segment, filters.scope, { after: query.after, limit: PAGE_SIZE + 1 }),
        ])
        return { total, users }
      },
      { key: `${segment.id}|${segment.updatedAt.toISOString()}|${query.after}`, budgetMs: BUDGET_MS },
    )
    return { segment, found }
  },
  frame: ({ data: { segment }, context }) => ({
    title: segment.name,
    titleNote: <code class="q-code">{segment.slug}</code>,
    crumbs: [{ label: 'Segments', href: SEGMENTS_PATH }],
    exports: [
      { label: 'CSV, all users', href: `/exports/segment-users.csv${usersQuery(segment, context, true)}` },
      { label: 'JSON', href: `/api/segments/${segment.slug}/users${usersQuery(segment, context, false)}` },
    ],
    actions: <Actions segment={segment} context={context} />,
  }),
  View: ({ data, context, live }) => (
    <div class="q-flow">
      {context.query.done && <Note tone="info">The segment is saved.</Note>}
      {live}
      <SqlDrawer
        id={DRAWER}
        title={data.segment.name}
        code={data.segment.slug}
        sql={usersSql(context.deps, data.segment, context.filters.scope)}
        note="Everybody for whom the rule holds now. `quarterdeck db url` prints an address for psql."
        addresses={[]}
      />
    </div>
  ),
  Live: ({ data, context }) => <UsersCard data={data} context={context} />,
})

function usersQuery({ slug }: Segment, { filters }: PageContext, named: boolean): string {
  const query = { ...(named && { segment: slug }), ...(filters.tenant !== undefined && { tenant: filters.tenant }) }
  const text = new URLSearchParams(query).toString()
  return text ? `?${text}` : ''
}

const Actions = ({ segment, context }: { segment: Segment; context: PageContext }) => (
  <>
    <a class="q-btn" href={`/dashboard${filterQuery(context.filters, { segment: segment.slug })}`}>
      <Icon name="filter" />
      Use as filter
    </a>
    <button class="q-btn" type="button" data-action="drawer" data-value={DRAWER}>
      <Icon name="code" />
      SQL
    </button>
    {mayChange(context.deps, context.admin, segment) && (
      <>
        <a class="q-btn" href={`${segmentHref(segment.slug)}/edit`}>
          <Icon name="settings" />
          Change
        </a>
        <Menu kind="button" icon="trash" label="Delete" side="right" id="menu-delete-segment">
          <form class="q-view-form" method="post" action={`${segmentHref(segment.slug)}/delete`}>
            <p class="q-help">{`“${segment.name}” is gone then. Views and boards that use it say so, and show all users.`}</p>
            <button class="q-btn q-btn-small q-btn-danger" type="submit">
              Delete the segment
            </button>
          </form>
        </Menu>
      </>
    )}
  </>
)

const UsersCard = ({ data: { segment, found }, context }: Props) => {
  const { deps, filters, href } = context
  const loaded = shownOf(found)
  const users = loaded?.users.slice(0, PAGE_SIZE) ?? []
  const names = columnsFor(deps)
  const last = users.at(-1)
  return (
    <Card
      id="segment-users"
      title={sentenceOf(segment.rule, deps.config)}
      sub={loaded && (loaded.total === undefined ? 'more than can be counted now' : countText(loaded.total))}
      flush={users.length > 0}
      state={cardState(found, deps.now(), () =>
        users.length === 0
          ? { kind: 'empty', title: 'Nobody', text: 'The rule holds for no user now. It is asked anew each time.' }
          : undefined,
      )}
    >
      {users.length > 0 && (
        <DataTable
          id="segment-users"
          caption={`Users of ${segment.name}`}
          rowHeight={30}
          columns={names.map((name, place) => ({
            key: name,
            label: USER_COLUMNS[name],
            strong: place === 0,
            wide: place > 1 && name !== 'plan',
          }))}
          rows={users.map((user) => ({
            href: userHref(user.user_id),
            cells: Object.fromEntries(names.map((name) => [name, textOf(user[name], context)])),
          }))}
          csv={{ label: 'CSV, all users', href: `/exports/segment-users.csv${usersQuery(segment, context, true)}` }}
          json={{ label: 'JSON', href: `/api/segments/${segment.slug}/users${usersQuery(segment, context, false)}` }}
          note={`of ${filters.scope === '*' ? 'all tenants' : filters.scope}, by id`}
          pager={{
            previous: context.query.after ? href({ query: { after: '', done: '' } }) : undefined,
            next:
              loaded && loaded.users.length > PAGE_SIZE && last
                ? href({ query: { after: last.user_id, done: '' } })
                : undefined,
            size: PAGE_SIZE,
          }}
        />
      )}
    </Card>
  )
}

const countText = (n: number): string => `${n.toLocaleString('en-GB')} ${n === 1 ? 'user' : 'users'}`

function textOf(value: string | Date | null, { deps, filters }: PageContext): string {
  if (value === null || value === '') return '—'
  if (value instanceof Date) return momentText(value, filters.today, deps.config.timeZone)
  return isDay(value) ? dayLabel(value, filters.today) : value
}
