import { Icon, type IconName } from './icons.tsx'
import { Menu } from './menu.tsx'

export interface ActionItem {
  name: string
  label: string
  icon: IconName
  /** Items of another group have a line between them. */
  group: string
  destructive: boolean
  /** Where it is asked for; absent = it is switched off. */
  href?: string
  /** Why it is switched off. */
  off?: string
  /** The same in a word or two. */
  note?: string
}

/** What can be done with a user. What cannot be done stays in its place, with the reason. */
export const ActionsMenu = ({ items, off }: { items: ActionItem[]; off?: string }) => (
  <Menu kind="button" label="Actions" side="right" id="menu-actions" wide>
    {items.map((item, i) => (
      <>
        {i > 0 && item.group !== items[i - 1]?.group && <hr />}
        <Item {...item} />
      </>
    ))}
    {off && <p class="q-menu-foot q-menu-why">{off}</p>}
  </Menu>
)

const Item = ({ name, label, icon, destructive, href, off, note }: ActionItem) => {
  const inside = (
    <>
      <Icon name={icon} />
      <span class="q-menu-label">{label}</span>
      {note && <span class="q-menu-note">{note}</span>}
    </>
  )
  if (href)
    return (
      <a class={`q-menu-item${destructive ? ' q-menu-danger' : ''}`} href={href} data-act={name}>
        {inside}
      </a>
    )
  return (
    <button class="q-menu-item" type="button" disabled title={off} data-act={name}>
      {inside}
    </button>
  )
}
