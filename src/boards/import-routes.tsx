import type { Context, Hono } from 'hono'
import { ImportPage } from '../../views/pages/board/import.tsx'
import { smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { diffBoards } from './diff.ts'
import { wrongPin } from './filters.ts'
import { plainPage } from './frames.tsx'
import { type Board, listBoards } from './read.ts'
import { BoardConflict, changeBoard, createBoard, whyFixed } from './store.ts'
import { boardFromYaml, type ReadFile } from './yaml.ts'

const PATH = '/dashboard/boards/import'
/** A new board, rather than one that is there. */
const NEW = ''

interface Entered {
  yaml: string
  /** The board to be replaced; '' = a new one; undefined = not chosen yet. */
  into: string | undefined
  act: string
  version: string
}

/** A board out of its YAML: read, compared, and only then saved. */
export function mountImport(app: Hono<Env>, deps: Deps): void {
  const self = requireRole('viewer')

  app.get(PATH, self, (c) => show(c, { yaml: '', into: undefined, act: '', version: '' }))

  app.post(PATH, self, smallBody, async (c) => {
    const entered = await enteredOf(c)
    const read = await readFile(c, entered)
    if (entered.act !== 'save' || !read.ok) return show(c, entered, read)
    try {
      return c.redirect(`/dashboard/boards/${await save(c, entered, read)}`, 303)
    } catch (error) {
      if (!(error instanceof Problem) || ![404, 409, 422].includes(error.status)) throw error
      return show(c, entered, read, error)
    }
  })

  /** The file by itself, and whether what it opens with is there. */
  async function readFile(c: Context<Env>, { yaml }: Entered): Promise<ReadFile> {
    const read = boardFromYaml({ ...deps, catalogue: await freshCatalogue(deps) }, yaml)
    const message = read.ok ? await wrongPin(deps, adminOf(c), read.doc.filters) : undefined
    return message === undefined
      ? read
      : { ok: false, problems: [{ line: undefined, place: 'filters.segment', message }] }
  }

  async function save(c: Context<Env>, { into, version }: Entered, read: ReadFile & { ok: true }): Promise<string> {
    if (!into) return createBoard(deps, adminOf(c), read.doc, read.slug)
    await changeBoard(deps, adminOf(c), into, Number(version), () => read.doc)
    return into
  }

  async function show(c: Context<Env>, entered: Entered, read?: ReadFile, problem?: Problem): Promise<Response> {
    const catalogue = await freshCatalogue(deps)
    const all = await listBoards(deps, adminOf(c))
    const boards = all.filter((board) => !whyFixed(deps, adminOf(c), board))
    const into = read?.ok ? targetOf(boards, entered.into ?? read.slug) : undefined
    const diff = read?.ok ? diffBoards(catalogue, into, read.doc) : undefined
    const wrong = read !== undefined && !read.ok
    return plainPage(c, deps, {
      title: 'Import a board',
      status: problem?.status ?? (wrong ? 422 : 200),
      body: (
        <ImportPage
          action={PATH}
          yaml={entered.yaml}
          boards={boards}
          into={into}
          diff={diff}
          name={read?.ok ? read.doc.name : undefined}
          problems={wrong ? read.problems : []}
          problem={
            problem instanceof BoardConflict
              ? `${problem.message} The comparison below is with the board as it is now.`
              : problem?.message
          }
        />
      ),
    })
  }
}

const targetOf = (boards: readonly Board[], slug: string | undefined): Board | undefined =>
  slug === undefined || slug === NEW ? undefined : boards.find((board) => board.slug === slug)

/** Text, or a file, which wins where both are there. */
async function enteredOf(c: Context<Env>): Promise<Entered> {
  const body = await c.req.parseBody()
  const text = (name: string): string | undefined => (typeof body[name] === 'string' ? body[name] : undefined)
  const file = body.file instanceof File && body.file.size > 0 ? await body.file.text() : undefined
  return {
    yaml: (file ?? text('yaml') ?? '').replace(/\r\n?/g, '\n'),
    into: text('into'),
    act: text('act') ?? 'preview',
    version: text('version') ?? '',
  }
}
