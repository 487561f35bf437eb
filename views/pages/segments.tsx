import { cardState } from '../../src/card-state.ts'
import { momentText } from '../../src/lib/dates.ts'
import { filterQuery } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { countAll } from '../../src/segments/count.ts'
import { whyNoSegments } from '../../src/segments/editor.ts'
import { ownKey } from '../../src/segments/own-key.ts'
import { SEGMENTS_PATH, segmentHref } from '../../src/segments/paths.ts'
import { sentenceOf } from '../../src/segments/sentence.ts'
import { listSegments } from '../../src/segments/store.ts'
import type { Segment } from '../../src/segments/types.ts'
import { version } from '../../src/segments/version.ts'
import { Card, DataTable, Icon, Note, TwoLines } from '../parts/index.ts'

/** By id; undefined = it takes too long; absent = not counted yet. */
type Counts = Map<number, number | undefined>

interface Data {
  segments: Loaded<Segment[]>
  counts: Loaded<Counts>
}
interface Props {
  data: Data
  context: PageContext
}

/** Counted on the list; of more each page counts its own. */
const COUNTED = 40
/** The list does not wait longer for its numbers; those that are late are there at the next refresh. */
const COUNTING_MS = 1_000

/** The saved rules over users, with how many each holds for now. */
export default definePage<Data>({
  path: SEGMENTS_PATH,
  title: 'Segments',
  group: 'People',
  order: 70,
  role: 'viewer',
  params: ['done'],
  filters: 'scope',
  personal: ownKey,
  load: async (context) => {
    const { deps, admin } = context
    const key = `${admin.id}|${version()}`
    const segments = await card(context, 'segment-list', () => listSegments(deps, admin), { key })
    const counted = (shownOf(segments) ?? []).slice(0, COUNTED)
    const counts = await card(
      context,
      'segment-counts',
      () => countAll(deps, counted, context.filters.scope, COUNTING_MS),
      { key },
    )
    return { segments, counts }
  },
  frame: ({ context }) => ({
    actions: whyNoSegments(context.deps, context.admin) ? undefined : (
      <a class="q-btn q-btn-primary" href={`${SEGMENTS_PATH}/new`}>
        <Icon name="plus" />
        New segment
      </a>
    ),
  }),
  View: ({ context, live }) => (
    <div class="q-flow">
      {context.query.done && <Note tone="info">{DONE[context.query.done] ?? 'Done.'}</Note>}
      {live}
    </div>
  ),
  Live: (props) => <List {...props} />,
})

const DONE: Record<string, string> = {
  deleted: 'The segment is deleted. Views that used it say so, and show all users.',
}

const List = ({ data: { segments, counts }, context }: Props) => {
  const { deps, filters } = context
  const all = shownOf(segments) ?? []
  const known = shownOf(counts)
  const users = all.map((one, place) => countText(one, place, known))
  const late = users.includes(LATE) && `${LATE} is counted at the next refresh.`
  const note = [whyNoSegments(deps, context.admin), late].filter(Boolean).join(' ')
  return (
    <Card
      id="segments"
      title="Segments"
      sub="rules over users, asked anew each time"
      flush={all.length > 0}
      state={cardState(segments, deps.now(), () => (all.length === 0 ? EMPTY : undefined))}
    >
      {all.length > 0 && (
        <DataTable
          id="segments"
          caption="Segments"
          rowHeight={44}
          columns={[
            { key: 'segment', label: 'Segment', strong: true },
            { key: 'users', label: 'Users now', number: true },
            { key: 'by', label: 'Whose', muted: true, wide: true },
            { key: 'changed', label: 'Changed', muted: true, wide: true },
            { key: 'use', label: 'Use' },
          ]}
          rows={all.map((one, place) => ({
            cells: {
              segment: (
                <TwoLines
                  title={<a href={segmentHref(one.slug)}>{one.name}</a>}
                  sub={sentenceOf(one.rule, deps.config)}
                />
              ),
              users: users[place],
              by: one.shared ? one.by : 'yours alone',
              changed: momentText(one.updatedAt, filters.today, deps.config.timeZone),
              use: <a href={`/dashboard${filterQuery(filters, { segment: one.slug })}`}>Overview of it</a>,
            },
          }))}
          json={{ label: 'JSON', href: '/api/segments' }}
          note={note || undefined}
        />
      )}
    </Card>
  )
}

const LATE = '…'

/** How many a segment holds for; of those that are not counted here, or take too long, nothing. */
function countText(one: Segment, place: number, known: Counts | undefined): string {
  if (!known || place >= COUNTED) return '—'
  return known.has(one.id) ? (known.get(one.id)?.toLocaleString('en-GB') ?? '—') : LATE
}

const EMPTY = {
  kind: 'empty',
  icon: 'users',
  title: 'No segments yet',
  text: 'A segment is a rule over users, such as “on the plan pro, signed up in May, more than 3 builds”. Every page can then be of its users only.',
  link: { label: 'Make a segment', href: `${SEGMENTS_PATH}/new` },
} as const
