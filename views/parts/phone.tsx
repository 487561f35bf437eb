import { DateFields, short } from './filter-bar.tsx'
import { Icon } from './icons.tsx'
import { AccountItems, Brand, PageBadge, WorstMark } from './rail.tsx'
import type { FilterBarProps, FilterOption, LayoutProps, NavGroup } from './types.ts'

/** The bar of five at the bottom: four pages and the menu. */
export const BottomBar = ({ nav, page }: LayoutProps) => {
  const pages = nav.flatMap((group) => group.pages.map((one) => ({ ...one, icon: one.icon ?? group.icon })))
  return (
    <nav class="q-bottom" aria-label="Main pages">
      {pages.slice(0, 4).map((one) => (
        <a href={one.href ?? one.path} aria-current={one.path === page ? 'page' : undefined}>
          <Icon name={one.icon} size={20} />
          <span>{one.title}</span>
          {one.badge && one.badge.tone === 'crit' && <span class="q-pill q-pill-crit">{one.badge.text}</span>}
        </a>
      ))}
      <button type="button" data-action="menu" aria-haspopup="dialog">
        <Icon name="menu-2" size={20} />
        <span>Menu</span>
      </button>
    </nav>
  )
}

/** Everything the rail holds, as a full screen. */
export const PhoneMenu = ({ nav, page, product, admin, pins }: LayoutProps) => (
  <dialog class="q-phone-menu" id="phone-menu" aria-label="Menu">
    <header class="q-phone-menu-head">
      <Brand product={product} />
      <button type="button" class="q-btn q-btn-icon q-push" aria-label="Close" data-action="close">
        <Icon name="x" size={20} />
      </button>
    </header>
    <button type="button" class="q-search" data-action="palette">
      <Icon name="search" />
      <span>Search or jump to</span>
    </button>
    {nav.map((group) => (
      <Group group={group} page={page} />
    ))}
    {pins && pins.length > 0 && (
      <>
        <h2 class="q-phone-pinned">Pinned</h2>
        {pins.map((pin) => (
          <a class="q-phone-pin" href={pin.href}>
            <Icon name={pin.icon ?? 'bookmark'} />
            <span>{pin.label}</span>
          </a>
        ))}
      </>
    )}
    <div class="q-phone-account">
      <AccountItems admin={admin} />
    </div>
  </dialog>
)

const Group = ({ group, page }: { group: NavGroup; page: string }) => (
  <details class="q-phone-group" open={group.pages.some((one) => one.path === page)}>
    <summary>
      <Icon name={group.icon} size={18} />
      <span class="q-two">
        <b>{group.group}</b>
        <small>{group.pages.map((one) => one.title).join(', ')}</small>
      </span>
      <WorstMark pages={group.pages} />
      <Icon name="chevron-right" />
    </summary>
    <ul>
      {group.pages.map((one) => (
        <li>
          <a href={one.href ?? one.path} aria-current={one.path === page ? 'page' : undefined}>
            <span>{one.title}</span>
            <PageBadge page={one} />
          </a>
        </li>
      ))}
    </ul>
  </details>
)

/** All filters in one sheet with one named button; a plain GET form, so it works as an address too. */
export const FilterSheet = ({
  filters,
  refresh,
  every,
}: {
  filters: FilterBarProps
  refresh: boolean
  every?: number
}) => {
  const chosen = [filters.tenant, filters.plan, filters.segment].map(
    (menu) => menu?.options.find((option) => option.selected && option.value)?.label,
  )
  return (
    <dialog class="q-sheet" id="filter-sheet" aria-labelledby="sheet-title">
      <form method="get" action={filters.action} data-filters>
        <header class="q-sheet-head">
          <h2 id="sheet-title">Filters</h2>
          <a href={filters.reset}>Reset</a>
        </header>
        {Object.entries(filters.keep ?? {}).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {filters.range && <Ranges range={filters.range} />}
        {filters.compare && <Choice name="compare" label="Compare with" options={filters.compare.options} />}
        {filters.tenant && <Choice name="tenant" label="Tenant" options={filters.tenant.options} />}
        {filters.plan && <Choice name="plan" label="Plan" options={filters.plan.options} />}
        {filters.segment && <Choice name="segment" label="Segment" options={filters.segment.options} />}
        {every && (
          <label class="q-sheet-row">
            <span>{`Refresh every ${every} s`}</span>
            <input class="q-switch" type="checkbox" checked={refresh} data-switch="refresh" />
          </label>
        )}
        {filters.range && <p class="q-menu-foot">{`Days in ${filters.range.timeZone}`}</p>}
        <button class="q-btn q-btn-primary q-sheet-go" type="submit" data-show>
          {[
            'Show',
            [filters.range && short(filters.range.label).toLowerCase(), ...chosen].filter(Boolean).join(', '),
          ].join(' ')}
        </button>
      </form>
    </dialog>
  )
}

const Ranges = ({ range }: { range: NonNullable<FilterBarProps['range']> }) => (
  <>
    <fieldset class="q-sheet-ranges">
      <legend class="q-sr">Range</legend>
      {range.options.map((option) => (
        <label>
          <input
            type="radio"
            name="range"
            value={option.value}
            checked={option.selected}
            data-label={short(option.label)}
          />
          <span>{short(option.label)}</span>
        </label>
      ))}
    </fieldset>
    <div class="q-sheet-dates">
      <DateFields range={range} prefix="sheet" />
    </div>
  </>
)

const Choice = ({ name, label, options }: { name: string; label: string; options: FilterOption[] }) => (
  <label class="q-sheet-row">
    <span>{label}</span>
    <select name={name} class="q-sheet-select">
      {options.map((option) => (
        <option value={option.value} selected={option.selected}>
          {option.label}
        </option>
      ))}
    </select>
  </label>
)
