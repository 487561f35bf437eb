import type { LayoutProps } from '../views/parts/index.ts'
import { alertBadges } from './alerts/badge.ts'
import type { Deps } from './context.ts'
import type { AdminWho } from './env.ts'
import { frameAdmin, navOf, sourceStates } from './page-frame.ts'
import { pages } from './pages.ts'
import { productText } from './settings/registry.ts'
import { freshSettings } from './settings/store.ts'

/** The same rail around what is no page of the nav: forms that are shown again, lists of one's own, the account. */
export async function frameOf(
  deps: Deps,
  admin: AdminWho,
): Promise<Pick<LayoutProps, 'admin' | 'nav' | 'product' | 'sources'>> {
  // Each has its own patience with a database that is away: together, so that it is not added up.
  const [badges, settings] = await Promise.all([alertBadges(deps, admin), freshSettings(deps)])
  return {
    admin: frameAdmin(admin),
    nav: navOf(pages, admin, undefined, badges),
    product: productText(settings),
    sources: sourceStates(deps),
  }
}
