/**
 * The props of every part. Parts get finished text (numbers already formatted) and raw values only where they draw.
 * Nothing here knows a page, a database or a metric.
 */
export type * from './types-base.ts'
export type * from './types-cards.ts'
export type * from './types-frame.ts'
export type * from './types-lists.ts'
export type * from './types-numbers.ts'
