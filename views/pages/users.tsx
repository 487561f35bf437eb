import { cardState, emptyState } from '../../src/card-state.ts'
import { filterQuery } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { usableSegment } from '../../src/segments/store.ts'
import { MAX_FOUND } from '../../src/users/among.ts'
import { countTabs, isTab, TAB_NAMES, TABS, type Tab } from '../../src/users/groups.ts'
import { listUsers, type UserPage } from '../../src/users/list.ts'
import { whyNoTags } from '../../src/users/notes.ts'
import { USERS_PATH } from '../../src/users/paths.ts'
import {
  cursorOf,
  DEFAULT_SORT,
  type Direction,
  isSort,
  placeOf,
  type SortName,
  sortOf,
} from '../../src/users/sorts.ts'
import { version } from '../../src/users/version.ts'
import { Card, type CardState, DataTable, Note } from '../parts/index.ts'
import { userColumns, userRows } from './users/rows.tsx'
import { Search, tagOf } from './users/search.tsx'
import { ColumnsMenu, PICKS_FORM, PicksBar } from './users/tools.tsx'

const PAGE_SIZE = 25
/** A segment may have to look at what everybody did. */
const SEGMENT_BUDGET_MS = 4_000

export interface UsersData {
  tab: Tab
  sort: SortName
  dir: Direction
  counts: Loaded<Record<Tab, number>>
  page: Loaded<UserPage>
  /** What of the address was not understood. */
  notices: string[]
}
interface Props {
  data: UsersData
  context: PageContext
}

/** Who uses the product, with what they do, cost and pay. */
export default definePage<UsersData>({
  path: USERS_PATH,
  title: 'Users',
  group: 'People',
  order: 10,
  key: 'U',
  role: 'viewer',
  every: 30,
  params: ['tab', 'q', 'tag', 'sort', 'dir', 'after', 'before', 'done', 'n'],
  filters: 'whom',
  personal: ({ preferences }) => `${version()} ${preferences.userColumns?.join() ?? ''}`,
  load: async (context) => {
    const { deps, admin, filters, query } = context
    const { tab, sort, dir, notices } = readQuery(context)
    const [after, before] = [placeOf(query.after, sort), placeOf(query.before, sort)]
    const load = async () => {
      const segment = filters.segment === undefined ? undefined : await usableSegment(deps, admin, filters.segment)
      const { scope, plan } = filters
      const asked = { scope, tab, sort, dir, plan, segment, q: query.q?.trim(), tag: tagOf(context) }
      return listUsers(deps, asked, { limit: PAGE_SIZE, after, before })
    }
    const key = JSON.stringify([query, version(), filters.segment === undefined ? '' : admin.id])
    const budgetMs = filters.segment === undefined ? undefined : SEGMENT_BUDGET_MS
    const [counts, page] = await Promise.all([
      card(context, 'user-tabs', () => countTabs(deps, filters.scope, filters.plan)),
      card(context, 'users', load, { key, ...(budgetMs && { budgetMs }) }),
    ])
    return { tab, sort, dir, counts, page, notices }
  },
  frame: ({ context }) => ({
    exports: [
      { label: 'CSV', href: `/exports/user-list.csv${programQuery(context)}` },
      { label: 'JSON', href: `/api/users${programQuery(context)}` },
    ],
  }),
  View: ({ data, context, live }) => (
    <>
      {context.query.done && <Note tone="info">{doneText(context.query)}</Note>}
      {data.notices.length > 0 && <Note tone="warn">{data.notices.join(' ')}</Note>}
      <section class="q-card q-users" aria-label="Users">
        <Tabs data={data} context={context} />
        <div class="q-user-tools">
          <Search context={context} />
          <ColumnsMenu context={context} />
        </div>
        {live}
        {(shownOf(data.page)?.users.length ?? 0) > 0 && <PicksBar context={context} />}
      </section>
    </>
  ),
  Live: (props) => <List {...props} />,
})

/** On how many a tag was set, or from how many it was taken. */
function doneText({ done, n }: Record<string, string>): string {
  const users = /^\d{1,3}$/.test(n ?? '') ? `${n} ${n === '1' ? 'user' : 'users'}` : 'the chosen users'
  return done === 'untagged' ? `The tag was taken from ${users}.` : `The tag was set on ${users}.`
}

function readQuery({ query, deps }: PageContext): Pick<UsersData, 'tab' | 'sort' | 'dir' | 'notices'> {
  const { tab = '', sort = '', dir = '', tag } = query
  const own: SortName = isSort(sort) ? sort : DEFAULT_SORT
  const unknown = [
    [tab, tab === '' || isTab(tab), 'part of the list'],
    [sort, sort === '' || isSort(sort), 'column to sort by'],
    [dir, dir === '' || dir === 'asc' || dir === 'desc', 'direction'],
  ] as const
  const notices = unknown.flatMap(([text, known, what]) =>
    known ? [] : [`“${text.slice(0, 40)}” is no ${what}; the default is shown.`],
  )
  const hidden = tag ? whyNoTags(deps) : undefined
  return {
    tab: isTab(tab) ? tab : 'all',
    sort: own,
    dir: dir === 'asc' || dir === 'desc' ? dir : sortOf(own).first,
    notices: [...notices, ...(hidden ? [`${hidden} All tags are shown.`] : [])],
  }
}

/** The same list for a program. */
function programQuery({ filters, query, deps }: PageContext): string {
  const { tab, q, sort, dir, tag } = query
  const { tenant, plan, segment } = filters
  const shown = { tenant, plan, segment, tab, q, sort, dir, tag: whyNoTags(deps) ? undefined : tag }
  const given = Object.entries(shown).filter((one): one is [string, string] => !!one[1])
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

/** Counted of everybody: with a search, a tag or a segment set, they would be of others than are shown. */
const isNarrowed = ({ query, filters }: PageContext): boolean =>
  !!query.q?.trim() || !!query.tag || filters.segment !== undefined

const Tabs = ({ data, context }: Props) => {
  const counts = isNarrowed(context) ? undefined : shownOf(data.counts)
  return (
    <nav class="q-tabs" aria-label="Part of the list">
      {TAB_NAMES.map((tab) => (
        <a
          href={context.href({ query: { tab: tab === 'all' ? '' : tab, after: '', before: '' } })}
          aria-current={tab === data.tab ? 'true' : undefined}
        >
          {TABS[tab].label} {counts && <span class="q-num">{counts[tab].toLocaleString('en-US')}</span>}
        </a>
      ))}
    </nav>
  )
}

const List = ({ data, context }: Props) => {
  const { deps, href, query } = context
  const { tab, sort, page } = data
  const found = shownOf(page)
  const users = found?.users ?? []
  const total = isNarrowed(context) ? undefined : shownOf(data.counts)?.[tab]
  const place = (name: 'after' | 'before', at: UserPage['next']) =>
    at && href({ query: { after: '', before: '', [name]: cursorOf(sort, at) } })
  // How many it would be is not counted.
  const cut = query.q?.trim() && `a search finds ${MAX_FOUND.toLocaleString('en-US')} at most`
  const rows = total === undefined ? 'all rows' : `${total.toLocaleString('en-US')} ${total === 1 ? 'row' : 'rows'}`
  return (
    <Card
      id="users"
      title="Users"
      flush={users.length > 0}
      state={cardState(page, deps.now(), () => (users.length === 0 ? nobody(context, data) : undefined))}
    >
      {users.length > 0 && (
        <DataTable
          id="users"
          caption="Users"
          rowHeight={44}
          picking={{ form: PICKS_FORM, name: 'user', all: 'Choose all users of this page' }}
          columns={userColumns(data, context)}
          rows={userRows(users, context)}
          csv={{ label: `CSV, ${rows}`, href: `/exports/user-list.csv${programQuery(context)}` }}
          json={{ label: 'JSON', href: `/api/users${programQuery(context)}` }}
          note={`${PAGE_SIZE} a page, sorted by ${sortOf(sort).label}; ${cut || 'numbers of 30 days'}`}
          pager={{
            previous: place('before', found?.previous),
            next: place('after', found?.next),
            size: PAGE_SIZE,
          }}
        />
      )}
    </Card>
  )
}

/** Nobody at all wants a door; nobody of these another list. */
function nobody(context: PageContext, { tab, counts }: UsersData): CardState {
  const { query, filters, href, deps } = context
  const narrow = isNarrowed(context) || tab !== 'all' || filters.plan !== undefined || filters.tenant !== undefined
  if (!narrow && shownOf(counts)?.all === 0) return emptyState(deps, 'users', 'No users yet')
  const q = query.q?.trim()
  return {
    kind: 'empty',
    icon: 'users',
    title: q ? `Nobody found by “${q.slice(0, 60)}”` : 'Nobody here',
    text: q
      ? 'An e-mail address, a domain, a name or an id is found by how it begins.'
      : 'No user is in this part of the list now.',
    link: narrow
      ? {
          label: 'Show all users',
          href: USERS_PATH + filterQuery({ ...filters, tenant: undefined, plan: undefined, segment: undefined }),
        }
      : { label: 'To the beginning', href: href({ query: { after: '', before: '' } }) },
  }
}
