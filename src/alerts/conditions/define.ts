import type { z } from 'zod'
import type { Crossing } from '../../forecast/crossing.ts'
import type { WindowName } from '../windows.ts'

/** What is true of a rule's metric at a moment: breached, well, in between (not bad enough to begin, too bad to end). */
export type Verdict = 'breach' | 'near' | 'ok' | 'unknown'

export interface Judged {
  verdict: Verdict
  /** What it means while an alert of it is open, where that is something else. */
  whileOpen?: Verdict
  value: number | null
  /** What the value was held against: a limit, or the edges of what is usual. */
  low: number | null
  high: number | null
  /** When it is going to be beyond its limit, in days from the last of its window. */
  ahead?: Crossing
}

/** A metric over the window, and over the earlier windows that the condition asked for, in their order. */
export interface Readings {
  now: number | null
  earlier: readonly (number | null)[]
}

export interface At {
  window: WindowName
  /** Of the moment itself: 0 = Sunday, in the configured zone. */
  weekday: number
  /** It is of the values of a dimension, each by itself. */
  split: boolean
}

/** Twelve weeks tell how a number moves now; what was before them, how it moved once. */
export const HISTORY_DAYS = 84

/** Numbers as people read them: `text` of the metric, `share` of a change. */
export interface Wording {
  value: (value: number | null) => string
  /** Whether changes are in points: the metric is itself a percentage or a score. */
  points: boolean
  /** The day that lies so many days after the last one of the window: “3 Dec”. */
  day: (ahead: number) => string
}

/** A kind of condition. One is a file, and a line in index.ts. */
export interface ConditionKind<C = unknown> {
  label: string
  schema: z.ZodType<C>
  /** Only over windows that have the like before them. */
  compares: boolean
  /** Nothing at all is what it watches for. */
  ofSilence?: true
  /** Of whole days alone, one after the other. */
  daily?: true
  /** Whether those before it are of other days at the same time by the clock, which may be moved between them. */
  byClock?: (condition: C) => boolean
  /** How long before the window those lie that it is compared with, in minutes. */
  earlier: (condition: C, at: At) => number[]
  judge: (condition: C, readings: Readings, points: boolean) => Judged
  /** "above 15%", "falls by over 5% against a week before" */
  words: (condition: C, wording: Wording) => string
  /** What stands behind the metric's name in a title: "is 23, limit 10". */
  title: (condition: C, judged: Omit<Judged, 'verdict'>, wording: Wording) => string
  /** The same condition with other limits near this one, for "try the limit at …". */
  others?: (condition: C) => { condition: C; limit: number }[]
}

export const defineCondition = <C>(kind: ConditionKind<C>): ConditionKind<C> => kind

export const finite = (what: string) => ({ error: `${what} is a number.` })
