import type { PaletteData } from '../views/parts/index.ts'
import type { Board } from './boards/read.ts'
import type { Catalogue } from './custom-metrics/catalogue.ts'
import { docHref } from './docs/define.ts'
import { docPages } from './docs/index.ts'
import type { AdminWho } from './env.ts'
import { maySee, type Page } from './page.ts'
import type { SavedView } from './saved-views/store.ts'

/** What the command palette finds: the pages of the admin's role, the views they see, and every metric. */
export function paletteOf(
  pages: readonly Page[],
  admin: AdminWho,
  { keys, of }: Pick<Catalogue, 'keys' | 'of'>,
  views: readonly SavedView[] = [],
  boards: readonly Board[] = [],
): PaletteData {
  // Those beneath another page too; not those that are of something, which has an entry of its own.
  const shown = pages.filter((page) => !page.path.includes(':') && maySee(admin, page))
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
      ...docPages.map(({ slug, title, summary }) => ({ group: 'Help', title, href: docHref(slug), note: summary })),
      ...views.map(({ name, path, query, own, by }) => ({
        group: 'Views',
        title: name,
        href: path + query,
        note: own ? 'yours' : by,
      })),
      ...boards.map(({ name, slug, own, by }) => ({
        group: 'Boards',
        title: name,
        href: `/dashboard/boards/${slug}`,
        note: own ? 'yours' : by,
      })),
      ...keys.map((key) => ({
        group: 'Metrics',
        title: of(key).label,
        href: `/dashboard/metrics/${encodeURIComponent(key)}`,
        note: key,
      })),
    ],
  }
}
