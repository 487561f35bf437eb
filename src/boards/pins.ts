import { settle, shownOf } from '../lib/settle.ts'
import type { PageContext } from '../page.ts'
import { ownKey } from './page.ts'
import { listBoards } from './read.ts'

export interface BoardPin {
  label: string
  href: string
  selected: boolean
  icon: 'layout-grid'
}

/** The boards in the admin's own rail. */
export async function boardPins({ deps, admin, settling, path }: PageContext): Promise<BoardPin[]> {
  const found = await settle(settling, 'board pins', () => listBoards(deps, admin), { key: ownKey(admin) })
  const pinned = (shownOf(found) ?? []).filter((board) => board.pinned)
  return pinned.map(({ name, slug }) => {
    const href = `/dashboard/boards/${slug}`
    return { label: name, href, selected: path === href, icon: 'layout-grid' as const }
  })
}
