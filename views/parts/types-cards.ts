/** Props of cards and charts. */
import type { Child } from 'hono/jsx'
import type { IconName } from './icons.tsx'
import type { Link } from './types-base.ts'
import type { ChangeProps, Mark, OfWhom } from './types-numbers.ts'

export type CardState =
  | { kind: 'filled' }
  | { kind: 'loading' }
  | { kind: 'empty'; title: string; text: string; icon?: IconName; code?: string; link?: Link }
  | { kind: 'degraded'; reason: string; at?: Date; nextTry?: string }
  | { kind: 'stale'; age: string; reason?: string; at?: Date }
  | { kind: 'error'; requestId: string; retry?: string }

export interface CardMenu {
  /** The card holds a chart with a table twin. */
  table?: boolean
  csv?: string
  json?: string
  /** Id of a SqlDrawer on the page, or an address. */
  sql?: { drawer: string } | { href: string }
  metric?: string
  /** Which kinds of flags the chart shows: one link each, and none or all of them. */
  flags?: { label: string; href: string; selected: boolean }[]
  /** Where a flag is put on it. */
  annotate?: string
}

/** Columns of twelve. On the phone all are 12. */
export type Span = 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12

export interface CardProps {
  id: string
  title: string
  sub?: string
  span?: Span
  /** Body height, equal in all states: 'auto' for lists. */
  height?: 'auto' | 'short' | 'chart' | 'tall'
  state?: CardState
  /** Why its numbers are of all users, where a filter asks for some. */
  allUsers?: OfWhom
  menu?: CardMenu
  /** At the right of the title, before ⋯. */
  link?: Link
  /** Legend or segmented control at the right of the title. */
  tools?: Child
  /** Rows reach the card's edge (tables, lists). */
  flush?: boolean
  /** What is in it may be longer than it is high, and has nothing that takes the focus: the keyboard scrolls it. */
  scrolls?: boolean
  foot?: Child
  children?: Child
}

/** Tabs in a card's head with a number each (the Overview's big chart); links or, with `panel`, switched in place. */
export interface CardTab {
  id: string
  label: string
  value: string
  change?: ChangeProps
  href?: string
  selected?: boolean
}

/** A head that is a number: the metric page's own value, with what its days say beside it. */
export interface CardHero {
  /** "22 Oct – 20 Nov, all tenants" */
  label: string
  /** null = unknown, drawn as "—". */
  value: string | null
  mark?: Mark
  change?: ChangeProps
  /** "vs $8,460.31, previous 30 days" */
  base?: string
  /** Last good value of a source that does not answer. */
  dim?: boolean
  stats: { label: string; value: string; note?: string }[]
}

export interface ChartSeries {
  name: string
  values: (number | null)[]
  /** 1-6 categorical, 'other' grey, 'warn' and 'crit' where the series is a state. Default: in order. */
  color?: 1 | 2 | 3 | 4 | 5 | 6 | 'other' | 'warn' | 'crit'
}

export interface ChartAnnotation {
  /** Index into labels. */
  index: number
  letter: string
  /** What the letter stands for, in a word. */
  kind?: string
  /** Shown below: "2 Nov, deploy v4.18". */
  text: string
  /** http or https. */
  href?: string
}

export interface ChartProps {
  /** Stable and unique on the page. */
  id: string
  /** One sentence for people who do not see it. */
  summary: string
  /** Unit of src/metrics/format.ts; the axis and the tooltip use its formatter. */
  unit: string
  currency?: string
  /** Axis labels: "22 Oct", "15:00". */
  labels: string[]
  /** Tooltip and table titles: "Sun 15 Nov". Default: labels. */
  titles?: string[]
  series: ChartSeries[]
  /** Compare: one grey dashed line for the first series. */
  previous?: { name: string; values: (number | null)[]; titles?: string[] }
  /** The last point is not over yet: dashed line, pale bar. */
  partial?: boolean
  annotations?: ChartAnnotation[]
  /** A small chart leaves the key to the large one beside it; its table and tooltip have the words all the same. */
  keyless?: boolean
  /** The card's head names the lines: their ends need not. */
  unnamed?: boolean
  /** There are more of them than the chart shows. */
  annotationsMore?: Link
  /** Dashed lines with their words: thresholds, budgets. One far above the values is not drawn. */
  limits?: { value: number; text: string; tone?: 'warn' | 'crit' }[]
  /** Stretches of the axis in a tone: from and to are indexes into labels. */
  bands?: { from: number; to: number; tone: 'warn' | 'crit' }[]
  /** Default: chart 190, tall 260 (phone 172). */
  height?: 'chart' | 'tall' | 'short'
  /** Lines: 'zero' (default) starts at nought, 'fit' near the data. */
  base?: 'zero' | 'fit'
  /** A pale area under each of several lines; a single one from nought has it anyway. */
  fill?: boolean
  /** The twin, formatted, same order as labels: one row each, a value per series then previous. Default: raw numbers. */
  table?: { head: string[]; rows: string[][] }
}
