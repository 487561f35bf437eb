import type { PaletteData } from '../views/parts/index.ts'
import type { AdminWho } from './env.ts'
import { catalogue } from './metrics/catalogue.ts'
import { maySee, type Page } from './page.ts'
import type { SavedView } from './saved-views/store.ts'

/** What the command palette finds: the pages of the admin's role, the views they see, and every metric. */
export function paletteOf(pages: readonly Page[], admin: AdminWho, views: readonly SavedView[] = []): PaletteData {
  const shown = pages.filter((page) => !page.under && maySee(admin, page))
  return {
    items: [
      ...shown.map(({ title, path, group, key }) => ({
        group: 'Pages',
        title,
        href: path,
        note: group,
        keys: key ? `G ${key}` : undefined,
      })),
      { group: 'Pages', title: 'API', href: '/api/docs', note: 'Work' },
      ...views.map(({ name, path, query, own, by }) => ({
        group: 'Views',
        title: name,
        href: path + query,
        note: own ? 'yours' : by,
      })),
      ...Object.entries(catalogue).map(([key, { label }]) => ({
        group: 'Metrics',
        title: label,
        href: `/dashboard/metrics/${encodeURIComponent(key)}`,
        note: key,
      })),
    ],
  }
}
