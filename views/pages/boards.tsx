import { MAX_NAME } from '../../src/boards/doc.ts'
import { layoutOf } from '../../src/boards/layout.ts'
import { type BoardsData, loadBoards, ownKey } from '../../src/boards/page.ts'
import type { Board } from '../../src/boards/read.ts'
import type { Template } from '../../src/boards/templates.ts'
import { filterQuery } from '../../src/lib/filters.ts'
import { shownOf } from '../../src/lib/settle.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { BoardThumb } from '../parts/board-thumb.tsx'
import { Badge, described, FieldError, Icon, Note } from '../parts/index.ts'
import { cardsText } from './board/acts.tsx'
import { UseTemplate } from './board.tsx'

/** Boards of one's own, those that are shared, and templates to begin with. */
export default definePage<BoardsData>({
  path: '/dashboard/boards',
  title: 'Boards',
  group: 'Work',
  order: 35,
  icon: 'layout-grid',
  key: 'B',
  role: 'viewer',
  params: ['done'],
  filters: 'none',
  personal: ownKey,
  load: loadBoards,
  frame: () => ({
    actions: (
      <>
        <a class="q-btn" href="/dashboard/queries">
          Saved queries
        </a>
        <a class="q-btn" href="/dashboard/boards/import">
          <Icon name="file-import" />
          Import YAML
        </a>
      </>
    ),
  }),
  Live: (props) => {
    const { found } = props.data
    const all = shownOf(found) ?? []
    return (
      <div class="q-boards">
        {found.state !== 'filled' && (
          <Note tone="warn">{found.state === 'degraded' ? `${found.reason}.` : 'The boards could not be read.'}</Note>
        )}
        {props.context.query.done && <Note tone="info">{DONE[props.context.query.done] ?? 'Done.'}</Note>}
        <NewBoard />
        <Shelf title="Yours" boards={all.filter(({ own }) => own)} context={props.context} empty={NONE} />
        <Shelf title="Shared" boards={all.filter(({ own }) => !own)} context={props.context} />
        <Templates templates={props.data.templates} />
        <p class="q-boards-links">
          <a href="/dashboard/boards/import">Import a board from YAML</a>
          <a href="/dashboard/queries">Saved queries</a>
        </p>
      </div>
    )
  },
})

const NONE = 'No board of yours yet. Name one above, or begin with a template below.'
const DONE: Record<string, string> = { deleted: 'The board is deleted.' }

/** Beside the boards, and again with the reason where it was refused. */
export const NewBoard = ({ name, error }: { name?: string; error?: string }) => (
  <form class="q-actions q-boards-new" method="post" action="/dashboard/boards">
    <label class="q-sr" for="new-board">
      Name of the new board
    </label>
    <input
      class="form-control"
      id="new-board"
      name="name"
      maxlength={MAX_NAME}
      placeholder="Name of a new board"
      value={name}
      autocomplete="off"
      required
      {...described('new-board', error)}
    />
    <button class="q-btn q-btn-primary" type="submit">
      <Icon name="plus" />
      New board
    </button>
    <FieldError id="error-new-board" text={error} />
  </form>
)

const Shelf = (props: { title: string; boards: Board[]; context: PageContext; empty?: string }) => {
  if (props.boards.length === 0 && !props.empty) return null
  return (
    <section class="q-shelf" aria-labelledby={`shelf-${props.title}`}>
      <h2 id={`shelf-${props.title}`}>{props.title}</h2>
      {props.boards.length === 0 ? (
        <p class="q-ink-3">{props.empty}</p>
      ) : (
        <ul class="q-shelf-list">
          {props.boards.map((board) => (
            <BoardItem board={board} context={props.context} />
          ))}
        </ul>
      )}
    </section>
  )
}

/** Pinned filters open by themselves; else those that are set go along. */
const BoardItem = ({ board, context: { filters } }: { board: Board; context: PageContext }) => (
  <li class="q-card q-board-item">
    <a
      class="q-board-link"
      href={`/dashboard/boards/${board.slug}${board.filters === null ? filterQuery(filters) : ''}`}
    >
      <BoardThumb cards={layoutOf(board.cards)} />
      <span class="q-board-name">
        <b>{board.name}</b>
        {board.shared && board.own && <Badge tone="plain" outline text="shared" />}
        {board.pinned && <Icon name="pin" size={14} />}
      </span>
      <span class="q-board-note">
        {board.description || `${cardsText(board.cards.length)}${board.own ? '' : `, by ${board.by}`}`}
      </span>
    </a>
  </li>
)

const Templates = ({ templates }: { templates: Template[] }) => (
  <section class="q-shelf" aria-labelledby="shelf-templates">
    <h2 id="shelf-templates">Templates</h2>
    <ul class="q-shelf-list">
      {templates.map(({ slug, doc }) => (
        <li class="q-card q-board-item">
          <a class="q-board-link" href={`/dashboard/boards/${slug}`}>
            <BoardThumb cards={layoutOf(doc.cards)} />
            <span class="q-board-name">
              <b>{doc.name}</b>
              <span class="q-ink-3">{cardsText(doc.cards.length)}</span>
            </span>
            <span class="q-board-note">{doc.description}</span>
          </a>
          <UseTemplate slug={slug} />
        </li>
      ))}
    </ul>
  </section>
)
