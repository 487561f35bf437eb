import type { ActionItem } from '../../views/parts/actions-menu.tsx'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { whyNoActions, whyNot } from './may.ts'
import { askHref } from './paths.ts'
import { actionsOn } from './registry.ts'

/** The menu of a user: every action, each with the reason where it is switched off. */
export function actionsMenu(
  deps: Pick<Deps, 'config'>,
  who: Who,
  userId: string,
): { items: ActionItem[]; off?: string } {
  const off = whyNoActions(deps)
  const items = actionsOn('user')
    .filter(({ creates }) => !creates)
    .map((action): ActionItem => {
      const why = whyNot(deps, who, action)
      const { name, label, icon, group, destructive } = action
      const shared = { name, label, icon, group, destructive }
      // A reason that all have is said once.
      return why
        ? { ...shared, off: why.why, note: off ? undefined : why.short }
        : { ...shared, href: askHref(userId, name) }
    })
  return { items, ...(off && { off }) }
}
