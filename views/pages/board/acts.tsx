import type { Child } from 'hono/jsx'
import { pinnedFields } from '../../../src/boards/filters.ts'
import type { Board } from '../../../src/boards/read.ts'
import { whyFixed, whyNoSharing } from '../../../src/boards/store.ts'
import { ageText } from '../../../src/lib/dates.ts'
import type { PageContext } from '../../../src/page.ts'
import { Icon, type IconName, Menu } from '../../parts/index.ts'
import { ownDays } from './view.ts'

type Context = Pick<PageContext, 'deps' | 'admin'>

/** Whose it is, and what can be done with it. */
export const BoardFoot = ({ board, context }: { board: Board; context: Context }) => (
  <footer class="q-board-foot">
    <p class="q-ink-3">{aboutText(board, context.deps.now())}</p>
    <BoardActs board={board} context={context} />
  </footer>
)

function aboutText(board: Board, now: Date): string {
  if (board.template) return 'A template that comes with Quarterdeck. Use it to have a board of your own.'
  const whose = board.own
    ? board.shared
      ? 'Yours, shared with all admins'
      : 'Yours, seen by nobody else'
    : `By ${board.by}, shared`
  const filters = board.filters === null ? '' : ` It opens with: ${wordsOf(board.filters)}.`
  return `${whose}. Changed ${ageText(board.updatedAt, now)} ago by ${board.updatedBy}.${filters}`
}

/** "last 30 days, against the previous period, plan pro, segment builders". */
function wordsOf(filters: string): string {
  const { range = '', compare = '', ...rest } = pinnedFields(filters)
  const others = Object.entries(rest).map(([name, value]) => `${name} ${value}`)
  return [ownDays({ range }) ?? range, AGAINST[compare] ?? compare, ...others].join(', ')
}

const AGAINST: Record<string, string> = {
  previous: 'against the previous period',
  matched: 'against matched weekdays',
  year: 'against the year before',
  none: 'without comparison',
}

export const BoardActs = ({ board, context: { deps, admin } }: { board: Board; context: Context }) => {
  const base = `/dashboard/boards/${board.slug}`
  const fixed = whyFixed(deps, admin, board)
  if (board.template)
    return (
      <span class="q-actions">
        <Act action="/dashboard/boards" fields={{ template: board.slug }} icon="plus" label="Use template" />
        <Yaml slug={board.slug} />
      </span>
    )
  return (
    <span class="q-actions">
      {!fixed && <LinkButton href={`${base}/edit`} icon="pencil" label="Edit" />}
      <Act action={`${base}/${board.pinned ? 'unpin' : 'pin'}`} icon="pin" label={board.pinned ? 'Unpin' : 'Pin'} />
      <Act action={`${base}/duplicate`} icon="copy" label="Duplicate" />
      <Yaml slug={board.slug} />
      {!fixed && board.shared && <Act action={`${base}/unshare`} icon="lock" label="Unshare" />}
      {!fixed && !board.shared && !whyNoSharing(deps, admin) && (
        <Act action={`${base}/share`} icon="users" label="Share" />
      )}
      {!fixed && <Delete board={board} />}
      {fixed && <span class="q-ink-3">{fixed}</span>}
    </span>
  )
}

const Yaml = ({ slug }: { slug: string }) => (
  <a class="q-btn q-btn-small" href={`/api/boards/${slug}.yaml`} download={`${slug}.yaml`}>
    <Icon name="file-code" size={14} />
    YAML
  </a>
)

/** Asks first; its cards go with it. */
const Delete = ({ board }: { board: Board }) => (
  <Menu kind="button" icon="trash" label="Delete" side="right" id="menu-delete-board">
    <form class="q-view-form" method="post" action={`/dashboard/boards/${board.slug}/delete`}>
      <input type="hidden" name="version" value={String(board.version)} />
      <p class="q-help">{`“${board.name}” and its ${cardsText(board.cards.length)} are gone then. Its YAML keeps a copy.`}</p>
      <button class="q-btn q-btn-small q-btn-danger" type="submit">
        Delete the board
      </button>
    </form>
  </Menu>
)

export const cardsText = (n: number): string => (n === 1 ? '1 card' : `${n} cards`)

const LinkButton = ({ href, icon, label }: { href: string; icon: IconName; label: string }) => (
  <a class="q-btn q-btn-small" href={href}>
    <Icon name={icon} size={14} />
    {label}
  </a>
)

export const Act = (props: {
  action: string
  icon: IconName
  label: string
  of?: string
  fields?: Record<string, string>
}): Child => (
  <form method="post" action={props.action}>
    {Object.entries(props.fields ?? {}).map(([name, value]) => (
      <input type="hidden" name={name} value={value} />
    ))}
    <button type="submit" class="q-btn q-btn-small" aria-label={props.of && `${props.label} “${props.of}”`}>
      <Icon name={props.icon} size={14} />
      {props.label}
    </button>
  </form>
)
