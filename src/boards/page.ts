import { NotFound } from '../lib/errors.ts'
import { type Card, shownOf } from '../lib/settle.ts'
import { card, type PageContext } from '../page.ts'
import { type LoadedCards, loadCards } from './load.ts'
import { type Board, findBoard, listBoards } from './read.ts'
import { loadTemplates, type Template } from './templates.ts'
import { boardsVersion } from './version.ts'

/** The parameter which says that a board has opened its own filters: from then on the bar has them. */
export const OPENED_PARAM = 'filters'
export const OPENED = 'board'

export interface BoardData extends Partial<LoadedCards> {
  /** undefined = the database is away, and it was not seen before. */
  board: Board | undefined
  found: Card<Board | null>
}

/** A board with its cards. */
export async function loadBoard(context: PageContext): Promise<BoardData | undefined> {
  const { deps, admin, param } = context
  const slug = param.slug ?? ''
  const found = await card(context, 'board', () => findBoard(deps, admin, slug).catch(orNull), {
    key: [ownKey(admin), slug].join('|'),
  })
  const board = shownOf(found)
  if (board === null) return undefined
  if (!board) return { board: undefined, found }
  return { board, found, ...(await loadCards(context, board.cards)) }
}

const orNull = (error: unknown): null => {
  if (error instanceof NotFound) return null
  throw error
}

export interface BoardsData {
  found: Card<Board[]>
  templates: Template[]
}

/** One's own boards, the shared ones, and what can be begun with. */
export async function loadBoards(context: PageContext): Promise<BoardsData> {
  const { deps, admin } = context
  const found = await card(context, 'boards', () => listBoards(deps, admin), { key: ownKey(admin) })
  return { found, templates: loadTemplates() }
}

/** By role and tenants too: both may change while the admin is signed in. */
export const ownKey = ({ id, role, tenants }: PageContext['admin']): string =>
  [id, role, tenants?.join('\0'), boardsVersion()].join('|')
