import { Icon } from './icons.tsx'
import { Menu, MenuItem } from './menu.tsx'
import type { SavedViewsProps } from './types.ts'

/** At the right of the filter line: the views, and the form that keeps this one. */
export const SavedViewsMenu = (views: SavedViewsProps) => (
  <div class="q-push">
    <Menu kind="quiet" icon="bookmark" label="Saved views" side="right" id="menu-views" wide>
      <Contents {...views} prefix="bar" />
    </Menu>
  </div>
)

/** On the phone: a chip beside the filters, which opens the same as a sheet. */
export const SavedViewsChip = ({ action, address }: SavedViewsProps) => (
  <a
    class="q-btn"
    href={`${action}?${new URLSearchParams({ address })}`}
    data-action="drawer"
    data-value={SHEET}
    aria-haspopup="dialog"
  >
    <Icon name="bookmark" />
    Views
  </a>
)

export const SavedViewsSheet = (views: SavedViewsProps) => (
  <dialog class="q-sheet" id={SHEET} aria-labelledby="views-title">
    <header class="q-sheet-head">
      <h2 id="views-title">Saved views</h2>
      <a href={`${views.action}?${new URLSearchParams({ address: views.address })}`}>Manage</a>
    </header>
    <Contents {...views} prefix="sheet" />
  </dialog>
)

const SHEET = 'views-sheet'

const Contents = ({ own, shared, ...views }: SavedViewsProps & { prefix: string }) => (
  <>
    {own.map((view) => (
      <MenuItem label={view.label} href={view.href} selected={view.selected} />
    ))}
    {shared.length > 0 && <p class="q-menu-foot">Shared</p>}
    {shared.map((view) => (
      <MenuItem label={view.label} href={view.href} selected={view.selected} note={view.by} />
    ))}
    {own.length + shared.length === 0 && <p class="q-menu-foot">A view is this page with its filters, under a name.</p>}
    <hr />
    <SaveViewForm {...views} own={own} shared={shared} />
    {views.prefix === 'bar' && own.length + shared.length > 0 && (
      <>
        <hr />
        <MenuItem label="Manage views" href={`${views.action}?${new URLSearchParams({ address: views.address })}`} />
      </>
    )}
  </>
)

/** A name, and whom it is for. */
export const SaveViewForm = (props: SavedViewsProps & { prefix: string; name?: string; share?: boolean }) => (
  <form class="q-view-form" method="post" action={props.action}>
    <input type="hidden" name="address" value={props.address} />
    <label class="q-label" for={`${props.prefix}-view-name`}>
      Keep this view as
    </label>
    <input
      class="form-control"
      id={`${props.prefix}-view-name`}
      name="name"
      value={props.name}
      maxlength={props.maxName}
      autocomplete="off"
      required
    />
    {props.mayShare && (
      <label class="q-check">
        <input type="checkbox" name="shared" value="on" checked={props.share} />
        For all admins
      </label>
    )}
    <button class="q-btn q-btn-small" type="submit">
      Save view
    </button>
  </form>
)
