import { Badge, Dot } from './badge.tsx'
import { Icon, Logo } from './icons.tsx'
import { Menu, MenuItem } from './menu.tsx'
import type { Freshness, LayoutProps } from './types.ts'

/** The page's name; when its numbers are of; export and actions. */
export const TitleLine = (props: LayoutProps) => (
  <div class="q-title-line">
    <a class="q-title-logo" href="/dashboard" aria-label="Overview">
      <Logo />
    </a>
    <div class="q-title-words">
      {props.crumbs && (
        <nav class="q-crumbs" aria-label="Breadcrumb">
          {props.crumbs.map((crumb) => (
            <>
              <a href={crumb.href}>{crumb.label}</a>
              <span aria-hidden="true">/</span>
            </>
          ))}
        </nav>
      )}
      <h1>{props.title}</h1>
      {props.titleNote}
    </div>
    <div class="q-title-tools">
      {props.freshness && <Updated freshness={props.freshness} refresh={props.admin.refresh} />}
      {props.freshness && (props.exports?.length || props.actions) && <span class="q-divider" />}
      {props.exports && props.exports.length > 0 && (
        <Menu kind="quiet" icon="download" label="Export" side="right" id="menu-export">
          {props.exports.map((link) => (
            <MenuItem label={link.label} href={link.href} download />
          ))}
        </Menu>
      )}
    </div>
    {props.actions && <div class="q-title-actions">{props.actions}</div>}
    <div class="q-title-phone">
      <button type="button" class="q-btn q-btn-icon" aria-label="Search" data-action="palette">
        <Icon name="search" size={20} />
      </button>
      {props.exports && props.exports.length > 0 && (
        <Menu kind="icon" icon="dots-vertical" name="Export" side="right">
          {props.exports.map((link) => (
            <MenuItem icon="download" label={link.label} href={link.href} download />
          ))}
        </Menu>
      )}
    </div>
  </div>
)

/** The age ticks in the browser from the server's own clock, so a wrong client clock does no harm. */
const Updated = ({ freshness, refresh }: { freshness: Freshness; refresh: boolean }) => {
  const age = Math.max(0, Math.round((Date.now() - freshness.at.getTime()) / 1000))
  return (
    <>
      <span class="q-updated" id="updated" data-age={age}>
        <span class="q-updated-ok">
          <Dot state="up" />
          Updated{' '}
          <span class="q-num" data-age-text>
            {`${age} s ago`}
          </span>
        </span>
        <span class="q-updated-stale" hidden>
          <Badge tone="stale" text="stale" />
          <span data-stale-reason />
        </span>
      </span>
      {freshness.every && (
        <label class="q-auto">
          {`Auto ${freshness.every} s`}
          <input class="q-switch" type="checkbox" checked={refresh} data-switch="refresh" />
        </label>
      )}
      {freshness.every && (
        <button
          type="button"
          class="q-btn q-btn-icon"
          aria-label="Refresh now"
          title="Refresh (R)"
          data-action="refresh"
        >
          <Icon name="refresh" />
        </button>
      )}
    </>
  )
}
