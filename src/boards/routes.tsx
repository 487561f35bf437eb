import type { Hono } from 'hono'
import { NewBoard } from '../../views/pages/boards.tsx'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import { safeNext } from '../auth/next.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { AdminWho, Env } from '../env.ts'
import { CardCache } from '../lib/cache.ts'
import { Problem } from '../lib/errors.ts'
import { mountCardRoutes } from './card-routes.tsx'
import { type BoardDoc, descriptionField, nameField } from './doc.ts'
import { MOVES, type Move, moveCard, placeCard, undoRemoval } from './edit.ts'
import { PINNABLE, pinnedQuery, wrongPin } from './filters.ts'
import { editorPage, plainPage } from './frames.tsx'
import { mountImport } from './import-routes.tsx'
import { OPENED, OPENED_PARAM } from './page.ts'
import { findBoard } from './read.ts'
import { changeBoard, createBoard, deleteBoard, pinBoard, shareBoard } from './store.ts'
import { templateOf } from './templates.ts'
import { versionOf } from './version.ts'

const BOARDS = '/dashboard/boards'

/**
 * Boards are one's own, so every role makes them, also with READ_ONLY; what is shared is looked at in the store. Before
 * the pages: a board with filters of its own opens with them.
 */
export function mountBoards(app: Hono<Env>, deps: Deps): void {
  const self = requireRole('viewer')
  const cache = new CardCache({ now: deps.now })

  app.post(BOARDS, self, smallBody, async (c) => {
    const { name = '', template } = await fieldsOf(c)
    const read = template ? undefined : nameField.safeParse(name)
    if (read && !read.success)
      return plainPage(c, deps, {
        title: 'New board',
        status: 422,
        body: <NewBoard name={name} error={read.error.issues[0]?.message ?? 'This is no name.'} />,
      })
    const doc = template ? ofTemplate(template) : { ...EMPTY, name: read?.data ?? '' }
    try {
      const slug = await createBoard(deps, adminOf(c), doc)
      return c.redirect(template ? `${BOARDS}/${slug}` : `${BOARDS}/${slug}/edit`, 303)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error
      return plainPage(c, deps, {
        title: 'New board',
        status: 422,
        body: <NewBoard name={name} error={error.message} />,
      })
    }
  })

  mountImport(app, deps)

  app.get(`${BOARDS}/:slug`, self, async (c, next) => {
    const search = new URL(c.req.url).searchParams
    // What the address says is what is shown.
    if (search.size > 0) return next()
    const board = await findBoard(deps, adminOf(c), c.req.param('slug')).catch(() => undefined)
    if (!board || board.filters === null) return next()
    const own = new URLSearchParams(board.filters)
    own.set(OPENED_PARAM, OPENED)
    c.header('Cache-Control', 'private, no-store')
    return c.redirect(`${BOARDS}/${board.slug}?${own}`, 302)
  })

  app.get(`${BOARDS}/:slug/edit`, self, (c) => editorPage(c, deps, cache, c.req.param('slug'), { said: c.req.query() }))

  /** A change of the version that was seen; where another one came first, the page as it is now says so. */
  const change = (
    path: string,
    act: (admin: AdminWho, slug: string, fields: Record<string, string>, card: string) => Promise<string>,
  ) =>
    app.post(`${BOARDS}/:slug/${path}`, self, smallBody, async (c) => {
      const slug = c.req.param('slug') ?? ''
      const fields = await fieldsOf(c)
      try {
        return c.redirect(await act(adminOf(c), slug, fields, c.req.param('card') ?? ''), 303)
      } catch (error) {
        if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error
        return editorPage(c, deps, cache, slug, { problem: error, entered: fields })
      }
    })

  change('cards/:card/do', async (admin, slug, { act = '', before = '', version }, card) => {
    const move = MOVES.find((one) => one === act) as Move | undefined
    if (!move && act !== 'place') throw new Problem(422, 'Not an action', `There is no action “${act.slice(0, 40)}”.`)
    await changeBoard(deps, admin, slug, versionOf(version), (board) =>
      move ? moveCard(board, card, move) : placeCard(board, card, before),
    )
    return `${BOARDS}/${slug}/edit?${new URLSearchParams({ [move === 'remove' ? 'removed' : 'moved']: card })}`
  })

  change('undo', async (admin, slug, { version }) => {
    await changeBoard(deps, admin, slug, versionOf(version), undoRemoval)
    return `${BOARDS}/${slug}/edit?undone=1`
  })

  change('settings', async (admin, slug, fields) => {
    const next = await settingsOf(deps, admin, fields)
    await changeBoard(deps, admin, slug, versionOf(fields.version), () => next)
    return `${BOARDS}/${slug}/edit?saved=1`
  })

  change('share', async (admin, slug) => shareBoard(deps, admin, slug, true).then(() => `${BOARDS}/${slug}`))
  change('unshare', async (admin, slug) => shareBoard(deps, admin, slug, false).then(() => `${BOARDS}/${slug}`))
  change('pin', async (admin, slug, { back }) =>
    pinBoard(deps, admin, slug, true).then(() => (back ? safeNext(back) : `${BOARDS}/${slug}`)),
  )
  change('unpin', async (admin, slug, { back }) =>
    pinBoard(deps, admin, slug, false).then(() => (back ? safeNext(back) : `${BOARDS}/${slug}`)),
  )
  change('delete', async (admin, slug, { version }) =>
    deleteBoard(deps, admin, slug, versionOf(version)).then(() => `${BOARDS}?done=deleted`),
  )
  change('duplicate', async (admin, slug) => {
    const { name, description, filters, cards } = await findBoard(deps, admin, slug)
    const copy = `${name.slice(0, 53)} (copy)`
    return `${BOARDS}/${await createBoard(deps, admin, { name: copy, description, filters, cards })}`
  })

  mountCardRoutes(app, deps, cache)
}

const EMPTY: BoardDoc = { name: '', description: '', filters: null, cards: [] }

function ofTemplate(slug: string): BoardDoc {
  const doc = templateOf(slug)
  if (!doc) throw new Problem(422, 'No such template', 'There is no template of this name.')
  return doc
}

/** Name, description, and whether the board opens with filters of its own. @throws Problem 422 */
async function settingsOf(
  deps: Deps,
  admin: AdminWho,
  fields: Record<string, string>,
): Promise<Pick<BoardDoc, 'name' | 'description' | 'filters'>> {
  await freshCatalogue(deps)
  const name = nameField.safeParse(fields.name ?? '')
  const description = descriptionField.safeParse(fields.description ?? '')
  const wrong = [name, description].flatMap(({ error }) => error?.issues.map(({ message }) => message) ?? [])
  const given = Object.fromEntries(PINNABLE.flatMap((key) => (fields[key] ? [[key, fields[key] as string]] : [])))
  const pinned = fields.pinned === 'on' ? pinnedQuery(given, deps) : undefined
  const query = pinned && 'query' in pinned ? pinned.query : null
  const pin = pinned && 'wrong' in pinned ? pinned.wrong : await wrongPin(deps, admin, query)
  if (pin !== undefined) wrong.push(pin)
  if (wrong.length > 0 || !name.success || !description.success) throw new Problem(422, 'Not saved', wrong.join(' '))
  return { name: name.data, description: description.data, filters: query }
}
