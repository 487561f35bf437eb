import { cardState } from '../../src/card-state.ts'
import { momentText } from '../../src/lib/dates.ts'
import { filterQuery } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { whyNoSegments } from '../../src/segments/editor.ts'
import { ownKey } from '../../src/segments/own-key.ts'
import { SEGMENTS_PATH, segmentHref } from '../../src/segments/paths.ts'
import { sentenceOf } from '../../src/segments/sentence.ts'
import { listSegments } from '../../src/segments/store.ts'
import type { Segment } from '../../src/segments/types.ts'
import { countUsers } from '../../src/segments/users.ts'
import { version } from '../../src/segments/version.ts'
import { Card, DataTable, Icon, Note, TwoLines } from '../parts/index.ts'

interface Data {
  segments: Loaded<Segment[]>
  counts: Loaded<Map<number, number | undefined>>
}
interface Props {
  data: Data
  context: PageContext
}

/** Counted on the list; of more each page counts its own. */
const COUNTED = 40
const BUDGET_MS = 4_000

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
    const counts = await card(context, 'segment-counts', () => countAll(context, shownOf(segments) ?? []), {
      key,
      slow: true,
      budgetMs: BUDGET_MS,
    })
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

/** One after another: each is a look at all users. */
async function countAll({ deps, filters }: PageContext, segments: Segment[]): Promise<Map<number, number | undefined>> {
  const counts = new Map<number, number | undefined>()
  for (const one of segments.slice(0, COUNTED)) counts.set(one.id, await countUsers(deps, one, filters.scope))
  return counts
}

const List = ({ data: { segments, counts }, context }: Props) => {
  const { deps, filters } = context
  const all = shownOf(segments) ?? []
  const known = shownOf(counts)
  const off = whyNoSegments(deps, context.admin)
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
          rows={all.map((one) => ({
            cells: {
              segment: (
                <TwoLines
                  title={<a href={segmentHref(one.slug)}>{one.name}</a>}
                  sub={sentenceOf(one.rule, deps.config)}
                />
              ),
              users: known?.get(one.id)?.toLocaleString('en-GB') ?? '—',
              by: one.shared ? one.by : 'yours alone',
              changed: momentText(one.updatedAt, filters.today, deps.config.timeZone),
              use: <a href={`/dashboard${filterQuery(filters, { segment: one.slug })}`}>Overview of it</a>,
            },
          }))}
          json={{ label: 'JSON', href: '/api/segments' }}
          note={off}
        />
      )}
    </Card>
  )
}

const EMPTY = {
  kind: 'empty',
  icon: 'users',
  title: 'No segments yet',
  text: 'A segment is a rule over users, such as “on the plan pro, signed up in May, more than 3 builds”. Every page can then be of its users only.',
  link: { label: 'Make a segment', href: `${SEGMENTS_PATH}/new` },
} as const
