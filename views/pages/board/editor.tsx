import { titleOf } from '../../../src/boards/doc.ts'
import { sizesBeside } from '../../../src/boards/edit.ts'
import type { PinChoices } from '../../../src/boards/filters.ts'
import type { LoadedCard, LoadedCards } from '../../../src/boards/load.ts'
import type { Board } from '../../../src/boards/read.ts'
import { BoardConflict } from '../../../src/boards/store.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import type { Problem } from '../../../src/lib/errors.ts'
import type { PageContext } from '../../../src/page.ts'
import { Icon, type IconName, Note } from '../../parts/index.ts'
import { AnyCard, cellClass } from './cards.tsx'
import { BoardSettings } from './settings.tsx'

interface EditorProps {
  board: Board
  loaded: LoadedCards
  choices: PinChoices
  context: PageContext
  said?: Record<string, string>
  problem?: Problem
  entered?: Record<string, string>
}

/** The board with tools at its cards. Each tool is a button of a form; script only spares the loading of the page. */
export const BoardEditor = (props: EditorProps) => {
  const { board, loaded, context, problem } = props
  return (
    <div id="board-editor" class="q-board-editor" data-board-editor>
      <p class="q-sr" role="status" id="board-said">
        {saidText(props)}
      </p>
      {problem && <Trouble problem={problem} />}
      {context.filters.notice && <Note tone="warn">{context.filters.notice}</Note>}
      {board.removed && <Undo board={board} context={context} />}
      {board.cards.length === 0 ? (
        <section class="q-card q-board-empty">
          <div class="q-empty">
            <Icon name="layout-grid" size={20} />
            <p class="q-empty-title">No cards yet</p>
            <p class="q-empty-text">Choose numbers, charts and tables from the catalogue, or write a text.</p>
            <a class="q-btn q-btn-primary" href={`/dashboard/boards/${board.slug}/add`}>
              <Icon name="plus" />
              Add card
            </a>
          </div>
        </section>
      ) : (
        <>
          <div class="q-board q-board-arranged" data-drag-cells>
            {loaded.cards.map((one, place) => (
              <EditCell one={one} place={place} board={board} loaded={loaded} />
            ))}
          </div>
          <p>
            <a class="q-btn" href={`/dashboard/boards/${board.slug}/add`}>
              <Icon name="plus" />
              Add card
            </a>
          </p>
        </>
      )}
      <BoardSettings {...props} />
    </div>
  )
}

/** What a screen reader is told of the change. */
function saidText({ board, context, said = {} }: EditorProps): string {
  if (said.removed) return 'The card is removed. It can be put back.'
  if (said.undone) return 'The card is back.'
  if (said.saved) return 'The settings are saved.'
  const place = board.cards.findIndex(({ id }) => id === (said.moved ?? said.added ?? said.changed))
  const card = board.cards[place]
  if (!card) return ''
  const title = titleOf(catalogueOf(context.deps), card)
  return `“${title}” is card ${place + 1} of ${board.cards.length}, ${card.width} of 12 wide, ${HEIGHT_WORDS[card.height]}.`
}

const HEIGHT_WORDS = { s: 'small', m: 'medium', l: 'large' } as const

const Trouble = ({ problem }: { problem: Problem }) => (
  <Note tone={problem instanceof BoardConflict ? 'warn' : 'crit'}>
    <b>{problem.title}.</b> {problem.message}
    {problem instanceof BoardConflict && ' Below is the board as it is now: your change was not made, make it again.'}
  </Note>
)

const Undo = ({ board, context }: { board: Board; context: PageContext }) => (
  <form class="q-note q-note-info q-board-undo" method="post" action={`/dashboard/boards/${board.slug}/undo`} {...HX}>
    <Icon name="trash" />
    <span>{`“${board.removed ? titleOf(catalogueOf(context.deps), board.removed.card) : ''}” is removed.`}</span>
    <input type="hidden" name="version" value={String(board.version)} />
    <button class="q-btn q-btn-small" type="submit" id="undo-removal">
      <Icon name="arrow-back-up" size={14} />
      Put it back
    </button>
  </form>
)

/** The same request as without script; of the page that comes back only the editor is taken. */
const HX = {
  'hx-boost': 'true',
  'hx-target': '#board-editor',
  'hx-select': '#board-editor',
  'hx-swap': 'outerMorph',
  'hx-push-url': 'false',
}

interface CellProps {
  one: LoadedCard
  place: number
  board: Board
  loaded: LoadedCards
}

const EditCell = ({ one, place, board, loaded }: CellProps) => {
  const { card, title } = one
  const beside = sizesBeside(card)
  const tool = (act: string, icon: IconName, label: string, able = true) => ({
    act,
    icon,
    label,
    able,
    card: card.id,
    title,
  })
  return (
    <div class={cellClass(card)} id={`cell-${card.id}`} data-cell={card.id}>
      <form
        class="q-cell-tools"
        method="post"
        action={`/dashboard/boards/${board.slug}/cards/${card.id}/do`}
        aria-label={`Arrange “${title}”`}
        {...HX}
      >
        <input type="hidden" name="version" value={String(board.version)} />
        <input type="hidden" name="before" value="" />
        <span class="q-cell-grip" draggable={true} data-grip title="Drag to another place" aria-hidden="true">
          <Icon name="grip-vertical" />
        </span>
        <Tool {...tool('earlier', 'arrow-left', 'Move earlier', place > 0)} />
        <Tool {...tool('later', 'arrow-right', 'Move later', place < board.cards.length - 1)} />
        <span class="q-cell-size">
          <Tool {...tool('narrower', 'minus', 'Narrower', beside.narrower)} />
          <span class="q-num" title="Width, of 12 columns">{`${card.width}/12`}</span>
          <Tool {...tool('wider', 'plus', 'Wider', beside.wider)} />
        </span>
        {(beside.shorter || beside.taller) && (
          <span class="q-cell-size">
            <Tool {...tool('shorter', 'arrow-up', 'Shorter', beside.shorter)} />
            <span title="Height">{card.height.toUpperCase()}</span>
            <Tool {...tool('taller', 'arrow-down', 'Taller', beside.taller)} />
          </span>
        )}
        <span class="q-cell-end">
          <a
            class="q-btn q-btn-icon q-btn-small"
            href={`/dashboard/boards/${board.slug}/cards/${card.id}`}
            aria-label={`Edit “${title}”`}
            title="Edit"
            hx-boost="false"
          >
            <Icon name="pencil" size={14} />
          </a>
          <Tool {...tool('remove', 'trash', 'Remove')} />
        </span>
      </form>
      <AnyCard of={one} annotations={loaded.annotations} />
    </div>
  )
}

const Tool = (props: { act: string; icon: IconName; label: string; able: boolean; card: string; title: string }) => (
  <button
    class="q-btn q-btn-icon q-btn-small"
    type="submit"
    name="act"
    value={props.act}
    id={`${props.act}-${props.card}`}
    aria-label={`${props.label} “${props.title}”`}
    title={props.label}
    disabled={!props.able}
  >
    <Icon name={props.icon} size={14} />
  </button>
)
