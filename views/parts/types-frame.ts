/** Props of the frame: nav, filters, freshness, palette. */
import type { Child } from 'hono/jsx'
import type { IconName } from './icons.tsx'
import type { Link } from './types-base.ts'

export interface NavPage {
  title: string
  path: string
  /** Where its link leads: the path with the filters that are set; default the bare path. */
  href?: string
  /** For the phone's bottom bar; default the group's. */
  icon?: IconName
  /** Letter pressed after G, e.g. 'O'. */
  key?: string
  /** 'live' is drawn with a green dot, 'crit' as a red pill. */
  badge?: { text: string; tone: 'live' | 'crit' | 'warn' | 'plain' }
}

export interface NavGroup {
  group: string
  icon: IconName
  pages: NavPage[]
}

export interface FrameAdmin {
  name: string
  role: string
  theme: 'light' | 'dark' | 'system'
  /** The Auto switch. */
  refresh: boolean
}

/** One option of a filter menu: `value` for the phone's form, `href` for the menu. */
export interface FilterOption {
  value: string
  label: string
  href: string
  selected?: boolean
  /** Whose it is. */
  note?: string
}

export interface FilterBarProps {
  /** Path of the page: where the forms are sent. */
  action: string
  /** Query parameters to keep that are not filters. */
  keep?: Record<string, string>
  /** Absent = the page is of now. */
  range?: {
    label: string
    /** "22 Oct – 20 Nov" */
    dates: string
    options: FilterOption[]
    /** ISO days in the time zone. */
    from: string
    to: string
    timeZone: string
  }
  /** "Previous period", "Year before", "No comparison". Absent = the page cannot compare. */
  compare?: { label: string; options: FilterOption[] }
  /** Absent where the admin is bound to one tenant or there is only one. */
  tenant?: { label: string; options: FilterOption[] }
  /** Absent where the page is of all users, or there is one plan only. */
  plan?: { label: string; options: FilterOption[] }
  /** With the page that keeps them. */
  segment?: { label: string; options: FilterOption[]; manage: Link }
  /** The same page without tenant, plan and segment, where any is set. */
  clear?: string
  /** Address with the filters at their defaults. */
  reset: string
  views?: SavedViewsProps
  /** What is wrong with a filter, where only the database knows it. */
  notice?: string
}

export interface SavedViewsProps {
  /** Where the form is sent, and where views are managed. */
  action: string
  /** This page with its filters. */
  address: string
  own: SavedViewLink[]
  /** Of others, with whose they are. */
  shared: (SavedViewLink & { by: string })[]
  /** Those in the rail. */
  pins: SavedViewLink[]
  mayShare: boolean
  maxName: number
}

export interface SavedViewLink extends Link {
  selected: boolean
  icon?: IconName
}

export interface Freshness {
  /** When the numbers of this page were computed. */
  at: Date
  /** Seconds between polls; absent = the page does not refresh itself. */
  every?: number
}

export interface SourceState {
  name: string
  state: 'up' | 'degraded' | 'down' | 'off'
  note?: string
}

export interface LayoutProps {
  title: string
  /** Path of the page in `nav` that is current. */
  page: string
  admin: FrameAdmin
  nav: NavGroup[]
  /** Under the brand: product and environment. */
  product?: string
  filters?: FilterBarProps
  freshness?: Freshness
  /** Entries of the export menu; none = no menu. */
  exports?: Link[]
  /** Buttons at the right of the title line. */
  actions?: Child
  /** Before the title: "Metrics / ". */
  crumbs?: Link[]
  /** After the title: a code or a badge. */
  titleNote?: Child
  sources?: SourceState[]
  pins?: (Link & { icon?: IconName })[]
  children?: Child
}

/** Wraps what a poll replaces; `src` answers with the same children. One a page, id 'live'. */
export interface LiveRegionProps {
  src: string
  /** Seconds. */
  every: number
  /** Of these children, so that the first poll may be answered by 304 already. */
  etag?: string
  /** Default 'live'. */
  id?: string
  children?: Child
}

/** Answer of /dashboard/palette.json: what ⌘K finds. */
export interface PaletteData {
  items: PaletteItem[]
}

export interface PaletteItem {
  /** "Pages", "Metrics", "Actions": shown in the order in which they first occur. */
  group: string
  title: string
  href: string
  /** Group of a page, key of a metric. Searched too. */
  note?: string
  /** "G O" */
  keys?: string
}
