import type { Context, Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { allow, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { boardSchema } from './doc.ts'
import { wrongPin } from './filters.ts'
import {
  deleteBoardOperation,
  listBoardsOperation,
  makeBoardOperation,
  putBoardOperation,
  readBoardOperation,
} from './operations.ts'
import { type Board, findBoard, listBoards } from './read.ts'
import { changeBoard, createBoard, deleteBoard } from './store.ts'
import { fromWritten, type ReadBoard, refuseIssues, toWritten } from './written.ts'
import { boardFromYaml, boardToYaml } from './yaml.ts'

const YAML = 'application/yaml'
const FILE = /\.ya?ml$/

/** Boards for programs and for review: what is exported can be put back. */
export function mountBoardsApi(app: Hono<Env>, deps: Deps): void {
  const reads = allow({ role: 'viewer', scope: 'read' })
  const writes = [allow({ role: 'viewer', scope: 'act' }), smallBody]

  serve(app, listBoardsOperation, reads, async (c) => {
    const boards = await listBoards(deps, whoOf(c))
    return json(c, { boards: boards.map((board) => ({ ...told(board), cards: board.cards.length })) })
  })

  serve(app, readBoardOperation, reads, async (c) => {
    const asked = c.req.param('slug') ?? ''
    const board = await findBoard(deps, whoOf(c), asked.replace(FILE, ''))
    if (!FILE.test(asked) && !c.req.header('accept')?.includes(YAML)) return json(c, told(board))
    c.header('Cache-Control', 'private, no-cache')
    c.header('Content-Disposition', `attachment; filename="board-${board.slug}.yaml"`)
    return c.body(boardToYaml(board.slug, board), 200, { 'Content-Type': `${YAML}; charset=utf-8` })
  })

  serve(app, makeBoardOperation, writes, async (c) => {
    const { doc, slug } = await pinnable(c, deps, await bodyOf(c, deps))
    const made = await createBoard(deps, whoOf(c), doc, slug)
    return c.json(told(await findBoard(deps, whoOf(c), made)), 201)
  })

  serve(app, putBoardOperation, writes, async (c, { version }) => {
    const { doc } = await pinnable(c, deps, await bodyOf(c, deps))
    return c.json(told(await changeBoard(deps, whoOf(c), c.req.param('slug') ?? '', version, () => doc)))
  })

  serve(app, deleteBoardOperation, writes, async (c, { version }) => {
    const slug = c.req.param('slug') ?? ''
    await deleteBoard(deps, whoOf(c), slug, version)
    return c.json({ board: slug, deleted: true })
  })
}

function told(board: Board) {
  const { shared, by, version, updatedAt, slug } = board
  const { cards, ...written } = toWritten(slug, board)
  return {
    ...written,
    board: slug,
    description: board.description,
    shared,
    by,
    version,
    updated_at: updatedAt.toISOString(),
    cards,
  }
}

/** @throws Problem 422 which names each place, in a file each line */
async function bodyOf(c: Context<Env>, deps: Deps): Promise<ReadBoard> {
  const reading = { ...deps, catalogue: await freshCatalogue(deps) }
  if (!c.req.header('content-type')?.includes('yaml')) {
    const { issues, ...read } = fromWritten(reading, await readJson(c, boardSchema))
    refuseIssues(issues)
    return read
  }
  const read = boardFromYaml(reading, await c.req.text())
  if (read.ok) return read
  const detail = read.problems.map(
    ({ line, place, message }) => `${line ? `line ${line}: ` : ''}${place ? `${place}: ` : ''}${message}`,
  )
  throw new Problem(422, 'The board is not valid', detail.join(' '))
}

/** @throws Problem 422 where it opens with a segment that is not there */
async function pinnable(c: Context<Env>, deps: Deps, read: ReadBoard): Promise<ReadBoard> {
  const message = await wrongPin(deps, whoOf(c), read.doc.filters)
  if (message !== undefined) refuseIssues([{ path: ['filters', 'segment'], message }])
  return read
}
