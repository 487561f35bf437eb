/** Props of numbers: tiles, changes, sparklines, the live strip, the gauge. */
import type { Link, Tone } from './types-base.ts'

export interface ChangeProps {
  /** Already formatted, without sign: "16.7%", "0.1 pp"; also "new" and "—" with direction 'none'. */
  text: string
  direction: 'up' | 'down' | 'flat' | 'none'
  /** By the metric's `good`: green, red, grey. */
  meaning: 'better' | 'worse' | 'neutral'
}

export interface SparklineProps {
  points: (number | null)[]
  previous?: (number | null)[]
  /** Default 'accent'. */
  tone?: 'accent' | 'warn' | 'crit' | 'grey'
  /** Area below, default true. */
  fill?: boolean
  /** Small form for table rows: 58 × 20 with an end dot. */
  small?: boolean
}

/** The popover behind a number. */
export interface AboutProps {
  key: string
  definition: string
  /** "20,752 ÷ 21,306" → "97.40%"; "7 d / 30 d / 90 d" → … */
  facts?: { label: string; value: string; tone?: Tone }[]
  source?: string
  computedAt?: Date
  /** What to do. */
  action?: string
  links?: Link[]
}

/** At the right of a value; only when it is not normal. */
export interface Mark {
  tone: 'warn' | 'crit' | 'stale'
  /** "over 10", "degraded", "6 m old" */
  text: string
}

/** Of whom a number is, where a filter asks for others: "all users", and why. */
export interface OfWhom {
  mark: string
  why: string
}

export interface TileProps {
  /** Stable and unique on the page. */
  id: string
  label: string
  href: string
  /** null = unknown, drawn as "—". */
  value: string | null
  unit?: string
  mark?: Mark
  change?: ChangeProps
  /** Value of the compared period, formatted: drawn "vs $83,910". */
  base?: string
  /** Instead of change and base: why nothing is compared. */
  gap?: string
  points?: (number | null)[]
  previous?: (number | null)[]
  about?: AboutProps
  /** Why it is of all users, where a filter asks for some. */
  allUsers?: OfWhom
  /** Loading: skeleton of the same height. */
  loading?: boolean
  /** Degraded: reason in plain words; the value is then the last good one and is dimmed. */
  degraded?: { reason: string; at?: Date }
}

export interface LiveItem {
  id: string
  label: string
  value: string | null
  /** "of 3", "/min" */
  unit?: string
  mark?: Mark
  note?: string
  change?: ChangeProps
  href?: string
  /** A bar in place of the note: share 0-1 with its name. */
  progress?: { share: number; name: string }
  /** Last good value of a source that does not answer. */
  dim?: boolean
}

export interface LiveStripProps {
  items: LiveItem[]
  /** "Right now", "Today" */
  title?: string
  /** Word under the title. */
  state?: string
  /** Beside the word: only where the strip says how live it is. */
  dot?: 'up' | 'degraded'
}

export interface GaugeProps {
  /** 0-100; null = not known yet. */
  value: number | null
  /** "93.4" */
  text: string
  /** Under the number; default "of 100". */
  of?: string
  /** "Healthy" */
  word: string
  tone: 'good' | 'warn' | 'crit' | 'plain'
  change?: ChangeProps
  /** "vs 94.3" */
  base?: string
  /** Default [70, 90]; in per cent of the arc, with their own words where it is of another unit. */
  ticks?: (number | { at: number; text: string })[]
  rows?: { label: string; value: string; tone?: Tone; href?: string }[]
}
