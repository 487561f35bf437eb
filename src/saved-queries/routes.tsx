import type { Context, Hono } from 'hono'
import { SavedQueriesPage } from '../../views/pages/saved-queries.tsx'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import { checkCard } from '../boards/doc.ts'
import { listBoards } from '../boards/read.ts'
import { whyFixed } from '../boards/store.ts'
import type { Deps } from '../context.ts'
import { type Catalogue, freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { AdminWho, Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { sendFramed } from '../send-framed.tsx'
import { cardOf } from './cards.ts'
import { deleteQuery, listQueries, type QueryInput, queryInput, saveQuery } from './store.ts'

export const QUERIES_PATH = '/dashboard/queries'

/** Questions are one's own, so every role keeps them, also with READ_ONLY. */
export function mountSavedQueries(app: Hono<Env>, deps: Deps): void {
  const self = requireRole('viewer')

  app.get(QUERIES_PATH, self, async (c) => queriesPage(c, deps, {}))

  app.post(QUERIES_PATH, self, smallBody, async (c) => {
    const fields = await fieldsOf(c)
    return orAgain(c, deps, fields, async () => {
      await saveQuery(deps, adminOf(c), readQuery(await freshCatalogue(deps), fields))
    })
  })

  app.post(`${QUERIES_PATH}/:id/delete`, self, smallBody, (c) =>
    orAgain(c, deps, {}, () => deleteQuery(deps, adminOf(c), c.req.param('id') ?? '')),
  )
}

/** @throws Problem 422 in words */
export function readQuery(catalogue: Catalogue, fields: Record<string, string>): QueryInput {
  const or = (name: string) => fields[name] || null
  const read = queryInput.safeParse({
    name: fields.name ?? '',
    metrics: (fields.metrics ?? '').split(',').filter(Boolean),
    by: or('by'),
    chart: fields.chart ?? 'line',
    range: or('range'),
    compare: or('compare'),
  })
  if (!read.success) throw new Problem(422, 'Not kept', read.error.issues.map(({ message }) => message).join(' '))
  refuseNonsense(catalogue, read.data)
  return read.data
}

/** What no card could show is not kept. @throws Problem 422 */
export function refuseNonsense(catalogue: Catalogue, query: QueryInput): void {
  const issues = checkCard(catalogue, cardOf(query))
  if (issues.length > 0) throw new Problem(422, 'Not kept', issues.map(({ message }) => message).join(' '))
}

async function orAgain(
  c: Context<Env>,
  deps: Deps,
  entered: Record<string, string>,
  act: () => Promise<void>,
): Promise<Response> {
  try {
    await act()
    return c.redirect(`${QUERIES_PATH}?done=1`, 303)
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error
    return queriesPage(c, deps, entered, error)
  }
}

async function queriesPage(
  c: Context<Env>,
  deps: Deps,
  entered: Record<string, string>,
  problem?: Problem,
): Promise<Response> {
  const admin: AdminWho = adminOf(c)
  const [queries, boards] = await Promise.all([listQueries(deps, admin), listBoards(deps, admin)])
  const crumbs = [{ label: 'Boards', href: '/dashboard/boards' }]
  const status = problem?.status ?? 200
  return sendFramed(
    c,
    deps,
    { title: 'Saved queries', page: '/dashboard/boards', crumbs, status },
    <SavedQueriesPage
      queries={queries}
      boards={boards.filter((board) => !whyFixed(deps, admin, board))}
      action={QUERIES_PATH}
      entered={entered}
      error={problem?.message}
    />,
  )
}
