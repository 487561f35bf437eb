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
  return {
    admin: frameAdmin(admin),
    nav: navOf(pages, admin, undefined, await alertBadges(deps, admin)),
    product: productText(await freshSettings(deps)),
    sources: sourceStates(deps),
  }
}
