import type { Child } from 'hono/jsx'
import { Icon, type IconName } from './icons.tsx'

/** A menu is a <details>: it opens without script, one at a time, and a poll leaves it open. */
export const Menu = (props: {
  /** Words of the button; an icon-only button is named by `name`. */
  label?: Child
  name?: string
  icon?: IconName
  kind?: 'button' | 'quiet' | 'icon'
  side?: 'left' | 'right'
  id?: string
  wide?: boolean
  children?: Child
}) => (
  <details class={`q-menu q-menu-${props.side ?? 'left'}`} name="menu" id={props.id} data-menu>
    <summary class={`q-btn q-btn-${props.kind ?? 'button'}`} aria-label={props.name}>
      {props.icon && <Icon name={props.icon} />}
      {props.label}
      {props.kind !== 'icon' && <Icon name="chevron-down" size={14} />}
    </summary>
    <div class={`q-menu-panel${props.wide ? ' q-menu-wide' : ''}`}>{props.children}</div>
  </details>
)

/** One entry: a link, or a button where `action` names what the browser does. */
export const MenuItem = (props: {
  label: string
  href?: string
  icon?: IconName
  selected?: boolean
  note?: string
  action?: string
  value?: string
  download?: boolean
}) => {
  const inside = (
    <>
      {props.icon && <Icon name={props.icon} />}
      <span class="q-menu-label">{props.label}</span>
      {props.note && <span class="q-menu-note">{props.note}</span>}
      {(props.selected || props.action === 'theme') && <Icon name="check" tone="check" />}
    </>
  )
  const look = `q-menu-item${props.selected ? ' q-selected' : ''}`
  return props.href ? (
    <a class={look} href={props.href} aria-current={props.selected ? 'true' : undefined} download={props.download}>
      {inside}
    </a>
  ) : (
    <button class={look} type="button" data-action={props.action} data-value={props.value}>
      {inside}
    </button>
  )
}
