import { FLAGS_PARAM } from '../../src/annotations/on-charts.ts'
import { type BoardData, loadBoard, OPENED_PARAM, ownKey } from '../../src/boards/page.ts'
import type { Board } from '../../src/boards/read.ts'
import { whyFixed } from '../../src/boards/store.ts'
import { filterQuery } from '../../src/lib/filters.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { Empty, Icon, Note } from '../parts/index.ts'
import { BoardFoot } from './board/acts.tsx'
import { BoardGrid } from './board/cards.tsx'

export interface BoardProps {
  data: BoardData
  context: PageContext
}

/** A page of one's own. */
export default definePage<BoardData>({
  path: '/dashboard/boards/:slug',
  under: '/dashboard/boards',
  title: 'Board',
  group: 'Work',
  order: 36,
  role: 'viewer',
  every: 30,
  params: [OPENED_PARAM, FLAGS_PARAM],
  personal: ownKey,
  load: loadBoard,

  frame: ({ data: { board }, context }) => ({
    title: board?.name ?? 'Board',
    crumbs: [{ label: 'Boards', href: '/dashboard/boards' }],
    exports: board ? [{ label: 'The board, YAML', href: `/api/boards/${board.slug}.yaml` }] : [],
    actions: board && <Act board={board} context={context} />,
  }),

  View: ({ data, context, live }) => (
    <>
      {data.board?.description && <p class="q-board-about">{data.board.description}</p>}
      {live}
      {data.board && <BoardFoot board={data.board} context={context} />}
    </>
  ),

  Live: ({ data: { board, cards, annotations, found }, context }) => {
    if (!board || !cards || !annotations)
      return (
        <Note tone="warn">{`${found.state === 'degraded' ? found.reason : 'It failed'}. The page tries again by itself.`}</Note>
      )
    if (cards.length === 0) return <NoCards board={board} context={context} />
    return <BoardGrid cards={cards} annotations={annotations} />
  },
})

const Act = ({ board, context: { deps, admin } }: { board: Board; context: PageContext }) => {
  if (board.template) return <UseTemplate slug={board.slug} primary />
  if (whyFixed(deps, admin, board)) return null
  return (
    <a class="q-btn" href={`/dashboard/boards/${board.slug}/edit`}>
      <Icon name="pencil" />
      Edit
    </a>
  )
}

export const UseTemplate = ({ slug, primary = false }: { slug: string; primary?: boolean }) => (
  <form method="post" action="/dashboard/boards">
    <input type="hidden" name="template" value={slug} />
    <button class={primary ? 'q-btn q-btn-primary' : 'q-btn q-btn-small'} type="submit">
      Use template
    </button>
  </form>
)

const NoCards = ({ board, context: { deps, admin, filters } }: { board: Board; context: PageContext }) => (
  <section class="q-card q-board-empty">
    <Empty
      icon="layout-grid"
      title="No cards yet"
      text="Add numbers, charts, tables and texts from the catalogue."
      link={
        whyFixed(deps, admin, board)
          ? { label: 'All metrics', href: `/dashboard/metrics${filterQuery(filters)}` }
          : { label: 'Add the first card', href: `/dashboard/boards/${board.slug}/add` }
      }
    />
  </section>
)
