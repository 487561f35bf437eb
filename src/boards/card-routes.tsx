import type { Context, Hono } from 'hono'
import { CardCatalogue } from '../../views/pages/board/catalogue.tsx'
import { CardFormPage } from '../../views/pages/board/form.tsx'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Env } from '../env.ts'
import type { CardCache } from '../lib/cache.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { cardOf, questionOf } from '../saved-queries/cards.ts'
import { refuseNonsense } from '../saved-queries/routes.tsx'
import { findQuery, listQueries, queryInput, saveQuery } from '../saved-queries/store.ts'
import { boardContext } from './context.ts'
import type { BoardCard } from './doc.ts'
import { addCard, changeCard } from './edit.ts'
import { type CardForm, formOf, metricName, readCardForm } from './form.ts'
import { findChangeable, plainPage } from './frames.tsx'
import { isKind, kindOf } from './kinds/index.ts'
import { loadOne } from './load.ts'
import { searchMetrics } from './metrics.ts'
import type { Board } from './read.ts'
import { BoardConflict, changeBoard } from './store.ts'
import { versionOf } from './version.ts'

const BOARDS = '/dashboard/boards'

/** The catalogue from which a card is chosen, and the form that makes or changes one. */
export function mountCardRoutes(app: Hono<Env>, deps: Deps, cache: CardCache): void {
  const self = requireRole('viewer')
  const { currency } = deps.config

  app.get(`${BOARDS}/:slug/add`, self, async (c) => {
    const board = await findChangeable(c, deps, c.req.param('slug'))
    const search = (c.req.query('q') ?? '').slice(0, 100).trim()
    const catalogue = await freshCatalogue(deps)
    const queries = await listQueries(deps, adminOf(c))
    const body = (
      <CardCatalogue
        board={board}
        search={search}
        found={searchMetrics(catalogue, search)}
        queries={queries.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()))}
      />
    )
    return plainPage(c, deps, { title: 'Add a card', crumbs: [boardCrumb(board)], body })
  })

  app.get(`${BOARDS}/:slug/cards/new`, self, async (c) => {
    const board = await findChangeable(c, deps, c.req.param('slug'))
    return formPage(c, board, await newForm(c))
  })

  app.get(`${BOARDS}/:slug/cards/:card`, self, async (c) => {
    const board = await findChangeable(c, deps, c.req.param('slug'))
    const card = board.cards.find(({ id }) => id === c.req.param('card'))
    if (!card) throw new NotFound('There is no card of this name on the board any more.')
    return formPage(c, board, formOf(card, await freshCatalogue(deps), currency), { editing: card.id })
  })

  for (const path of ['cards', 'cards/:card'])
    app.post(`${BOARDS}/:slug/${path}`, self, smallBody, async (c) => {
      const fields = await fieldsOf(c)
      const { kind, act = 'preview' } = fields
      if (!isKind(kind)) throw new Problem(422, 'No such card', 'There is no card of this kind.')
      const board = await findChangeable(c, deps, c.req.param('slug') ?? '')
      const editing = c.req.param('card')
      const taken = new Set(board.cards.map(({ id }) => id))
      const form = readCardForm(await freshCatalogue(deps), kind, fields, {
        taken,
        currency,
        ...(editing ? { id: editing } : {}),
      })
      if (act === 'keep') return keep(c, board, form, editing)
      if (act !== 'save' || !form.card) return formPage(c, board, form, { editing, failed: act === 'save' })
      return save(c, board, form as CardForm & Required<Pick<CardForm, 'card'>>, editing)
    })

  async function save(
    c: Context<Env>,
    board: Board,
    form: CardForm & Required<Pick<CardForm, 'card'>>,
    editing: string | undefined,
  ): Promise<Response> {
    const { card } = form
    try {
      const read = versionOf(form.values.version)
      await changeBoard(deps, adminOf(c), board.slug, read, (now) =>
        editing ? changeCard(now, card) : addCard(now, card),
      )
      return c.redirect(`${BOARDS}/${board.slug}/edit?${editing ? 'changed' : 'added'}=${card.id}#cell-${card.id}`, 303)
    } catch (error) {
      if (!(error instanceof Problem) || ![404, 409, 422].includes(error.status)) throw error
      return formPage(c, error instanceof BoardConflict ? error.board : board, form, { editing, problem: error })
    }
  }

  /** The question of the card under a name; the card itself is saved by its own button. */
  async function keep(c: Context<Env>, board: Board, form: CardForm, editing: string | undefined): Promise<Response> {
    const question = form.card && questionOf(form.card)
    if (!question) return formPage(c, board, form, { editing, failed: true })
    try {
      const read = queryInput.safeParse({ name: form.values.query ?? '', ...question })
      if (!read.success) throw new Problem(422, 'Not kept', read.error.issues[0]?.message)
      refuseNonsense(await freshCatalogue(deps), read.data)
      await saveQuery(deps, adminOf(c), read.data)
      return formPage(c, board, form, { editing, kept: read.data.name })
    } catch (error) {
      if (!(error instanceof Problem) || ![409, 422].includes(error.status)) throw error
      const errors = { ...form.errors, query: error.message }
      return formPage(c, board, { ...form, errors }, { editing, status: error.status })
    }
  }

  async function newForm(c: Context<Env>): Promise<CardForm> {
    const { query, kind, metric } = c.req.query()
    const catalogue = await freshCatalogue(deps)
    if (query !== undefined) {
      const found = await findQuery(deps, adminOf(c), query)
      const card: BoardCard = { id: 'new', title: found.name, width: 6, height: 'm', ...cardOf(found) }
      const { values } = formOf(card, catalogue, currency)
      const { width: _, height: __, ...rest } = values
      return readCardForm(catalogue, cardOf(found).kind, rest, { taken: new Set(), currency })
    }
    const wanted = isKind(kind) ? kind : 'tile'
    const values: Record<string, string> = metric === undefined ? {} : { [metricName(0)]: metric.slice(0, 120) }
    const first = metric !== undefined && catalogue.has(metric) ? catalogue.of(metric).by[0] : undefined
    if (wanted === 'breakdown' || wanted === 'table') values.by = first ?? (wanted === 'table' ? 'day' : '')
    if (wanted === 'chart') values.draw = 'line'
    if (wanted === 'breakdown') values.draw = 'bar'
    return { ...readCardForm(catalogue, wanted, values, { taken: new Set(), currency }), errors: {} }
  }

  interface Shown {
    editing?: string | undefined
    problem?: Problem
    failed?: boolean
    kept?: string
    status?: number
  }

  async function formPage(c: Context<Env>, board: Board, form: CardForm, shown: Shown = {}): Promise<Response> {
    const context = await boardContext(c, deps, cache, board.filters)
    const loaded = form.card && (await loadOne(context, form.card))
    const catalogue = await freshCatalogue(deps)
    const { editing, problem, failed, kept } = shown
    const status = shown.status ?? problem?.status ?? (failed ? 422 : 200)
    const { label } = kindOf(form.kind)
    return plainPage(c, deps, {
      title: editing ? 'Edit the card' : `Add: ${label.toLowerCase()}`,
      status: status === 404 ? 409 : status,
      crumbs: [boardCrumb(board), ...(editing ? [] : [{ label: 'Add a card', href: `${BOARDS}/${board.slug}/add` }])],
      body: (
        <CardFormPage
          board={board}
          form={form}
          catalogue={catalogue}
          loaded={loaded}
          notice={context.filters.notice}
          editing={editing}
          problem={problem?.message}
          kept={kept}
        />
      ),
    })
  }
}

const boardCrumb = ({ name, slug }: Board) => ({ label: name, href: `${BOARDS}/${slug}/edit` })
