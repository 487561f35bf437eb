import { Icon } from './icons.tsx'
import { Menu, MenuItem } from './menu.tsx'
import { SavedViewsChip, SavedViewsMenu } from './saved-views.tsx'
import type { FilterBarProps, FilterOption } from './types.ts'

/** Range, comparison, tenant: menus of addresses at a desk; on the phone chips that open one sheet. */
export const FilterBar = (filters: FilterBarProps) => (
  <section class="q-filters" aria-label="Filters">
    <div class="q-filters-wide">
      {filters.range && <RangeMenu filters={filters} range={filters.range} />}
      {filters.compare && (
        <Menu label={<Named name="vs" value={filters.compare.label} />} id="menu-compare">
          <Options options={filters.compare.options} />
        </Menu>
      )}
      {filters.tenant && (
        <>
          {filters.range && <span class="q-divider" />}
          <Menu label={<Named name="Tenant" value={filters.tenant.label} />} id="menu-tenant">
            <Options options={filters.tenant.options} />
          </Menu>
        </>
      )}
      {filters.plan && (
        <Menu label={<Named name="Plan" value={filters.plan.label} />} id="menu-plan">
          <Options options={filters.plan.options} />
        </Menu>
      )}
      {filters.segment && (
        <Menu label={<Named name="Segment" value={filters.segment.label} />} id="menu-segment">
          <Options options={filters.segment.options} />
          <hr />
          <MenuItem label={filters.segment.manage.label} href={filters.segment.manage.href} />
        </Menu>
      )}
      {filters.clear && (
        <a class="q-btn q-btn-quiet" href={filters.clear}>
          <Icon name="x" size={14} />
          Clear
        </a>
      )}
      {filters.views && <SavedViewsMenu {...filters.views} />}
    </div>
    <div class="q-filters-phone">
      {filters.range && <Chip icon="calendar" label={short(filters.range.label)} />}
      {filters.compare && <Chip label={`vs ${short(filters.compare.label)}`} />}
      <Chip icon="filter" label={filters.clear ? 'Filters, set' : 'Filters'} />
      {filters.views && <SavedViewsChip {...filters.views} />}
    </div>
  </section>
)

const Named = ({ name, value }: { name: string; value: string }) => (
  <span class="q-named">
    {name} <b>{value}</b>
  </span>
)

const Options = ({ options }: { options: FilterOption[] }) => (
  <>
    {options.map((option) => (
      <MenuItem label={option.label} href={option.href} selected={option.selected} note={option.note} />
    ))}
  </>
)

const Chip = ({ icon, label }: { icon?: 'calendar' | 'filter'; label: string }) => (
  <button type="button" class="q-btn" data-action="filters">
    {icon && <Icon name={icon} />}
    {label}
    {icon !== 'filter' && <Icon name="chevron-down" size={14} />}
  </button>
)

/** "Last 30 days" → "30 days", "Previous period" → "previous": three chips fit beside each other. */
export const short = (label: string): string => {
  const bare = label.replace(/^Last (?=\d)| period$| dates$/g, '')
  return /^(Previous|Matched|Year|No )/.test(bare) ? bare.toLowerCase() : bare
}

type Range = NonNullable<FilterBarProps['range']>

const RangeMenu = ({ filters, range }: { filters: FilterBarProps; range: Range }) => {
  return (
    <Menu
      icon="calendar"
      id="menu-range"
      wide
      label={
        <span class="q-named">
          <b>{range.label}</b> {range.dates}
        </span>
      }
    >
      <Options options={range.options.filter((option) => option.value !== 'custom')} />
      <hr />
      <form class="q-dates" method="get" action={filters.action}>
        <Kept filters={filters} />
        <input type="hidden" name="range" value="custom" />
        <DateFields range={range} prefix="bar" />
        <button class="q-btn q-btn-small" type="submit">
          Show these dates
        </button>
      </form>
      <p class="q-menu-foot">{`Days in ${range.timeZone}`}</p>
    </Menu>
  )
}

/** Two days, named; both forms have them, so the ids differ. */
export const DateFields = ({ range, prefix }: { range: Range; prefix: string }) => (
  <div class="q-dates-fields">
    <label class="q-label" for={`${prefix}-from`}>
      From
      <input class="form-control" id={`${prefix}-from`} type="date" name="from" value={range.from} required />
    </label>
    <label class="q-label" for={`${prefix}-to`}>
      To
      <input class="form-control" id={`${prefix}-to`} type="date" name="to" value={range.to} required />
    </label>
  </div>
)

const chosen = (options?: FilterOption[]): string | undefined => options?.find((option) => option.selected)?.value

const Kept = ({ filters }: { filters: FilterBarProps }) => {
  const { compare, tenant, plan, segment } = filters
  const menus = Object.entries({ compare, tenant, plan, segment }).map(([name, menu]) => [name, chosen(menu?.options)])
  const values: Record<string, string | undefined> = { ...filters.keep, ...Object.fromEntries(menus) }
  return (
    <>{Object.entries(values).map(([name, value]) => value && <input type="hidden" name={name} value={value} />)}</>
  )
}
