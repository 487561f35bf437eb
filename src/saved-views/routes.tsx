import type { Context, Hono } from 'hono'
import { SavedViewsPage } from '../../views/pages/saved-views.tsx'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, isAllowed, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { pages } from '../pages.ts'
import { sendFramed } from '../send-framed.tsx'
import { pageAt, viewAddress } from './address.ts'
import { VIEWS_PATH } from './menu.ts'
import { deleteView, listViews, MAX_NAME, pinView, renameView, saveView, shareView } from './store.ts'

/** Views are one's own, so every role keeps them, also with READ_ONLY; what others see is looked at in the store. */
export function mountSavedViews(app: Hono<Env>, deps: Deps): void {
  const self = requireRole('viewer')
  const shares = requireRole('operator')

  app.get(VIEWS_PATH, self, async (c) => viewsPage(c, deps, { address: c.req.query('address') }))

  app.post(VIEWS_PATH, self, smallBody, async (c) => {
    const admin = adminOf(c)
    const { name = '', address, shared } = await fieldsOf(c)
    return orAgain(c, deps, { address, name, share: shared !== undefined }, async () => {
      const to = viewAddress(pages, admin, address)
      await saveView(deps, admin, { name, shared: shared !== undefined, ...to })
      return to.path + to.query
    })
  })

  app.post(`${VIEWS_PATH}/:id/rename`, self, smallBody, async (c) => {
    const { name = '' } = await fieldsOf(c)
    return orAgain(c, deps, {}, () => renameView(deps, adminOf(c), c.req.param('id'), name))
  })

  const changes = {
    share: (admin: AdminWho, id: string) => shareView(deps, admin, id, true),
    unshare: (admin: AdminWho, id: string) => shareView(deps, admin, id, false),
    pin: (admin: AdminWho, id: string) => pinView(deps, admin, id, true),
    unpin: (admin: AdminWho, id: string) => pinView(deps, admin, id, false),
    delete: (admin: AdminWho, id: string) => deleteView(deps, admin, id),
  }
  for (const [verb, change] of Object.entries(changes))
    app.post(`${VIEWS_PATH}/:id/${verb}`, verb === 'share' ? shares : self, smallBody, (c) =>
      orAgain(c, deps, {}, () => change(adminOf(c), c.req.param('id') ?? '')),
    )
}

interface Entered {
  address?: string
  name?: string
  share?: boolean
}

/** Goes on to what was saved, or shows the page again with what was entered and why it was refused. */
async function orAgain(c: Context<Env>, deps: Deps, entered: Entered, act: () => Promise<unknown>): Promise<Response> {
  try {
    const to = await act()
    return c.redirect(typeof to === 'string' ? to : VIEWS_PATH, 303)
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error
    return viewsPage(c, deps, entered, error)
  }
}

async function viewsPage(c: Context<Env>, deps: Deps, entered: Entered, problem?: Problem): Promise<Response> {
  const admin = adminOf(c)
  const views = await listViews(deps, admin)
  const { readOnly } = deps.config
  const shown = views.map((view) => ({
    ...view,
    page: pageAt(pages, view.path)?.title ?? view.path,
    // Owners tidy up what others share; with READ_ONLY nobody touches what is shared.
    mayChange: (view.own || admin.role === 'owner') && !(view.shared && readOnly),
  }))
  const pins = views.filter(({ pinned }) => pinned).map((view) => ({ label: view.name, href: view.path + view.query }))
  return sendFramed(
    c,
    deps,
    { title: 'Saved views', page: VIEWS_PATH, pins, status: problem?.status ?? 200 },
    <SavedViewsPage
      views={shown}
      action={VIEWS_PATH}
      maxName={MAX_NAME}
      mayShare={!readOnly && isAllowed({ role: 'operator' }, admin)}
      entered={{ ...entered, address: addressOf(admin, entered.address) }}
      error={problem?.message}
    />,
  )
}

/** What the form would keep; nothing where the address is none of a page. */
function addressOf(admin: AdminWho, address: string | undefined): string | undefined {
  try {
    const { path, query } = viewAddress(pages, admin, address)
    return path + query
  } catch {
    return undefined
  }
}
