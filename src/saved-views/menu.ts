import type { SavedViewsProps } from '../../views/parts/index.ts'
import { isAllowed } from '../auth/guards.ts'
import { boardPins } from '../boards/pins.ts'
import { settle, shownOf } from '../lib/settle.ts'
import type { PageContext } from '../page.ts'
import { listViews, MAX_NAME, type SavedView } from './store.ts'
import { version } from './version.ts'

export const VIEWS_PATH = '/dashboard/views'

/** The menu at the right of the filters: what is kept, and the form that keeps this page as it stands. */
export async function viewsMenu(context: PageContext): Promise<SavedViewsProps> {
  const { deps, admin, settling, href } = context
  // By role and tenants too: both may change while the admin is signed in.
  const key = [admin.id, admin.role, admin.tenants?.join('\0'), version()].join('|')
  const [views, boards] = await Promise.all([
    settle(settling, 'views', () => listViews(deps, admin), { key }),
    boardPins(context),
  ])
  const found = shownOf(views) ?? []
  const current = href()
  const link = (view: SavedView) => ({
    label: view.name,
    href: view.path + view.query,
    selected: view.path + view.query === current,
  })
  return {
    action: VIEWS_PATH,
    address: current,
    own: found.filter(({ own }) => own).map(link),
    shared: found.filter(({ own }) => !own).map((view) => ({ ...link(view), by: view.by })),
    pins: [...found.filter(({ pinned }) => pinned).map(link), ...boards],
    mayShare: !deps.config.readOnly && isAllowed({ role: 'operator' }, admin),
    maxName: MAX_NAME,
  }
}
