import { Dot } from './badge.tsx'
import { Icon, Logo } from './icons.tsx'
import { MenuItem } from './menu.tsx'
import type { FrameAdmin, LayoutProps, NavGroup, NavPage, SourceState } from './types.ts'

/** The left rail: brand, search, groups, pins; sources and the admin at its foot. */
export const Rail = ({ nav, page, product, pins, sources, admin }: LayoutProps) => (
  <header class="q-rail">
    <Brand product={product} />
    <button type="button" class="q-search" data-action="palette">
      <Icon name="search" />
      <span>Search or jump to</span>
      <kbd data-mod-key>Ctrl K</kbd>
    </button>
    <nav class="q-nav" aria-label="Pages">
      {nav.map((group) => (
        <Group group={group} page={page} />
      ))}
      {pins && pins.length > 0 && (
        <>
          <h2 class="q-nav-title">Pinned</h2>
          {pins.map((pin) => (
            <a class="q-nav-pin" href={pin.href}>
              <Icon name={pin.icon ?? 'bookmark'} />
              <span>{pin.label}</span>
            </a>
          ))}
        </>
      )}
    </nav>
    <div class="q-rail-foot">
      {sources && sources.length > 0 && <Sources sources={sources} />}
      <Account admin={admin} />
    </div>
  </header>
)

export const Brand = ({ product }: { product?: string }) => (
  <a class="q-brand" href="/dashboard">
    <Logo />
    <span>
      <b>Quarterdeck</b>
      {product && <small>{product}</small>}
    </span>
  </a>
)

/** "Now" and the group of the page are open; a closed group shows its worst mark. Narrow screens get one icon each. */
const Group = ({ group, page }: { group: NavGroup; page: string }) => {
  const current = group.pages.some((one) => one.path === page)
  const first = group.pages[0]
  return (
    <>
      <details class="q-nav-group" open={current || group.group === 'Now'}>
        <summary>
          <Icon name={group.icon} />
          <span>{group.group}</span>
          <WorstMark pages={group.pages} />
          <Icon name="chevron-right" size={14} />
        </summary>
        <ul>
          {group.pages.map((one) => (
            <li>
              <a href={one.href ?? one.path} aria-current={one.path === page ? 'page' : undefined} data-key={one.key}>
                <span>{one.title}</span>
                <PageBadge page={one} />
              </a>
            </li>
          ))}
        </ul>
      </details>
      {first && (
        <a
          class={`q-nav-icon${current ? ' q-selected' : ''}`}
          href={first.href ?? first.path}
          title={group.group}
          aria-label={group.group}
        >
          <Icon name={group.icon} size={18} />
        </a>
      )}
    </>
  )
}

export const PageBadge = ({ page }: { page: NavPage }) => {
  if (!page.badge) return null
  if (page.badge.tone === 'live')
    return (
      <span class="q-nav-live q-num">
        <Dot state="up" />
        {page.badge.text}
      </span>
    )
  return <span class={`q-pill q-pill-${page.badge.tone} q-num`}>{page.badge.text}</span>
}

export const WorstMark = ({ pages }: { pages: NavPage[] }) => {
  const tones = pages.map((page) => page.badge?.tone)
  const worst = tones.includes('crit') ? 'down' : tones.includes('warn') ? 'degraded' : null
  if (!worst) return null
  return (
    <span class="q-nav-mark" role="img" aria-label={worst === 'down' ? 'critical' : 'warning'}>
      <Dot state={worst} />
    </span>
  )
}

/** How many sources there are and whether they are well, at the rail's foot; by name in its title. */
export const Sources = ({ sources }: { sources: SourceState[] }) => {
  const bad = sources.filter((source) => source.state === 'degraded' || source.state === 'down').length
  const up = sources.filter((source) => source.state === 'up').length
  return (
    <p class="q-sources" id="sources" title={sources.map((one) => `${one.name}: ${one.note ?? one.state}`).join('\n')}>
      <span class="q-sources-dots">
        {sources.slice(0, 8).map((source) => (
          <Dot state={source.state} />
        ))}
      </span>
      {bad ? `${bad} of ${sources.length} degraded` : `${up} ${up === 1 ? 'source' : 'sources'} up`}
    </p>
  )
}

const Account = ({ admin }: { admin: FrameAdmin }) => (
  <details class="q-menu q-menu-up" name="menu" data-menu>
    <summary class="q-account">
      <span class="q-avatar" aria-hidden="true">
        {initials(admin.name)}
      </span>
      <span class="q-account-name">{admin.name}</span>
      <span class="q-account-role">{admin.role}</span>
      <span class="q-sr">account menu</span>
    </summary>
    <div class="q-menu-panel">
      <AccountItems admin={admin} />
    </div>
  </details>
)

/** Theme, account, log out: in the rail's foot and in the phone's menu. */
export const AccountItems = ({ admin }: { admin: FrameAdmin }) => (
  <>
    <MenuItem icon="sun" label="Light" action="theme" value="light" selected={admin.theme === 'light'} />
    <MenuItem icon="moon" label="Dark" action="theme" value="dark" selected={admin.theme === 'dark'} />
    <MenuItem
      icon="device-desktop"
      label="As the system"
      action="theme"
      value="system"
      selected={admin.theme === 'system'}
    />
    <hr />
    <MenuItem icon="user" label="Account" href="/dashboard/account" />
    <MenuItem icon="bulb" label="Help" href="/dashboard/docs" />
    <MenuItem icon="info-circle" label="Keys" note="?" action="keys" />
    <form method="post" action="/logout">
      <button class="q-menu-item" type="submit">
        <Icon name="logout" />
        <span class="q-menu-label">Log out</span>
      </button>
    </form>
  </>
)

const initials = (name: string): string =>
  name
    .split(/[\s@.]+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
