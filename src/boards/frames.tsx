import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { BoardEditor } from '../../views/pages/board/editor.tsx'
import { Icon } from '../../views/parts/index.ts'
import { adminOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import type { CardCache } from '../lib/cache.ts'
import { Forbidden, type Problem } from '../lib/errors.ts'
import { type Framed, sendFramed } from '../send-framed.tsx'
import { boardContext } from './context.ts'
import { pinChoices } from './filters.ts'
import { loadCards } from './load.ts'
import { type Board, findBoard } from './read.ts'
import { whyFixed } from './store.ts'

interface PlainPage extends Omit<Framed, 'page'> {
  body: Child
}

/** A page around the boards, in the frame of all. */
export function plainPage(c: Context<Env>, deps: Deps, { body, crumbs = [], ...framed }: PlainPage): Promise<Response> {
  const all = [{ label: 'Boards', href: '/dashboard/boards' }, ...crumbs]
  return sendFramed(c, deps, { ...framed, page: '/dashboard/boards', crumbs: all }, body)
}

/** A board that the admin may change. @throws NotFound, Forbidden with the reason */
export async function findChangeable(c: Context<Env>, deps: Deps, slug: string): Promise<Board> {
  const board = await findBoard(deps, adminOf(c), slug)
  const why = whyFixed(deps, adminOf(c), board)
  if (why) throw new Forbidden(why)
  return board
}

/** The board with the tools that arrange it, as it is now. */
export async function editorPage(
  c: Context<Env>,
  deps: Deps,
  cache: CardCache,
  slug: string,
  more: { said?: Record<string, string>; problem?: Problem; entered?: Record<string, string> },
): Promise<Response> {
  const board = await findChangeable(c, deps, slug)
  const context = await boardContext(c, deps, cache, board.filters)
  const [loaded, choices] = await Promise.all([loadCards(context, board.cards), pinChoices(deps, context.admin)])
  return plainPage(c, deps, {
    title: board.name,
    status: more.problem?.status ?? 200,
    actions: (
      <>
        <a class="q-btn" href={`/dashboard/boards/${slug}/add`}>
          <Icon name="plus" />
          Add card
        </a>
        <a class="q-btn q-btn-primary" href={`/dashboard/boards/${slug}`}>
          Done
        </a>
      </>
    ),
    body: <BoardEditor board={board} loaded={loaded} choices={choices} context={context} {...more} />,
  })
}
