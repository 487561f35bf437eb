import { describeDays } from '../../src/activity/describe.ts'
import { type ActivityPage, activityPage, isCursor } from '../../src/activity/feed.ts'
import { ACTIVITY_KINDS, type ActivityKind, ALL_KINDS, parseKinds } from '../../src/activity/kinds.ts'
import { cardState, emptyState } from '../../src/card-state.ts'
import { momentText, rangeDates } from '../../src/lib/dates.ts'
import { exportQuery } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { addDays, startOfDay } from '../../src/lib/time.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Card, Note, Stream } from '../parts/index.ts'
import { PauseButton } from '../parts/pause-button.tsx'

const EVERY_S = 10
const PAGE_SIZE = 50

interface Data {
  kinds: ActivityKind[]
  unknown: string[]
  before: string | undefined
  page: Loaded<ActivityPage>
}

export default definePage<Data>({
  path: '/dashboard/activity',
  title: 'Activity',
  group: 'Now',
  order: 30,
  icon: 'activity',
  key: 'A',
  role: 'viewer',
  every: EVERY_S,
  params: ['kinds', 'before'],
  filters: 'tenant',

  load: async (context) => {
    const { deps, filters, query } = context
    const { kinds, unknown } = parseKinds(query.kinds)
    const before = query.before && isCursor(query.before) ? query.before : undefined
    const zone = deps.config.timeZone
    const end = filters.to < filters.today ? startOfDay(addDays(filters.to, 1), zone) : undefined
    const page = await card(
      context,
      'activity',
      () =>
        activityPage(deps, {
          scope: filters.scope,
          kinds,
          limit: PAGE_SIZE,
          before: before ?? (end && `${end.toISOString().replace('Z', '000Z')}~`),
          floor: startOfDay(filters.from, zone),
        }),
      { key: `${kinds.join()}|${before ?? ''}` },
    )
    return { kinds, unknown, before, page }
  },

  frame: ({ context, data }) => ({ exports: [{ label: 'CSV of the range', href: csvOf(context, data.kinds) }] }),

  View: ({ data, context, live }) => (
    <>
      {data.unknown.length > 0 && (
        <Note tone="warn">{`There is no kind of activity “${data.unknown.join(', ').slice(0, 60)}”.`}</Note>
      )}
      {context.query.before && !data.before && (
        <Note tone="warn">The place in the address is not valid; the newest rows are shown.</Note>
      )}
      <div class="q-toolbar">
        <Kinds data={data} context={context} />
        <PauseButton />
      </div>
      {live}
    </>
  ),

  Live: ({ data, context }) => <Feed data={data} context={context} />,
})

const Feed = ({ data, context }: { data: Data; context: PageContext }) => {
  const { deps, filters } = context
  const page = shownOf(data.page)
  const rows = page?.rows ?? []
  const wording = {
    today: filters.today,
    timeZone: deps.config.timeZone,
    freshSince: new Date(deps.now().getTime() - EVERY_S * 1_000),
  }
  return (
    <Card
      id="activity"
      title="What happened"
      sub={rangeDates(filters.from, filters.to, filters.today)}
      flush={rows.length > 0}
      state={cardState(data.page, deps.now(), () => (rows.length === 0 ? nothing(context, data) : undefined))}
      foot={page && <Foot data={data} page={page} context={context} />}
    >
      <Stream caption="Activity, newest first" days={describeDays(rows, wording)} />
    </Card>
  )
}

/** Each kind is switched by its own link; none chosen is all. */
const Kinds = ({ data: { kinds }, context }: { data: Data; context: PageContext }) => {
  const hrefOf = (next: ActivityKind[]) => context.href({ query: { kinds: next.join(), before: '' } })
  const chip = (label: string, next: ActivityKind[], on: boolean) => (
    <a class="q-chip" href={hrefOf(next)} aria-current={on ? 'true' : undefined}>
      {label}
    </a>
  )
  return (
    <nav class="q-chips" aria-label="Kinds of activity">
      {chip('All kinds', [], kinds.length === 0)}
      {ALL_KINDS.map((kind) => {
        const on = kinds.includes(kind)
        return chip(ACTIVITY_KINDS[kind].label, on ? kinds.filter((one) => one !== kind) : [...kinds, kind], on)
      })}
    </nav>
  )
}

const Foot = ({ data, page, context }: { data: Data; page: ActivityPage; context: PageContext }) => {
  const { today } = context.filters
  const until = page.lookedBackTo && momentText(page.lookedBackTo, today, context.deps.config.timeZone)
  return (
    <>
      <a href={csvOf(context, data.kinds)} download>
        CSV of the range
      </a>
      {until && <span class="q-ink-2">{`Rare rows: looked back to ${until}.`}</span>}
      {!page.next && <span class="q-ink-2">That is all of the range.</span>}
      <span class="q-pager">
        {data.before && (
          <a class="q-btn q-btn-small" href={context.href({ query: { before: '' } })}>
            Newest
          </a>
        )}
        {page.next && (
          <a class="q-btn q-btn-small" href={context.href({ query: { before: page.next } })}>
            {until ? 'Look further back' : `Next ${PAGE_SIZE}`}
          </a>
        )}
      </span>
    </>
  )
}

/** Nothing at all, or nothing of this kind: the first wants a door, the second another filter. */
function nothing({ deps, href }: PageContext, { kinds, before }: Data) {
  if (before || kinds.length > 0) {
    const what = kinds.map((kind) => ACTIVITY_KINDS[kind].label.toLowerCase()).join(', ') || 'rows'
    return {
      kind: 'empty' as const,
      title: `No ${what} here`,
      text: 'Choose another kind or range.',
      link: { label: 'Show all', href: href({ query: { kinds: '', before: '' } }) },
    }
  }
  return emptyState(deps, 'events', 'Nothing has happened yet')
}

function csvOf({ filters }: PageContext, kinds: ActivityKind[]): string {
  return `/exports/activity.csv${exportQuery(filters, kinds.length ? { kinds: kinds.join() } : {})}`
}
