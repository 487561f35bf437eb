import type { PendingQuery, Row } from 'postgres'
import type { Config } from '../config.ts'
import type { Tx } from '../facts/types.ts'

export type RollupConfig = Pick<
  Config,
  'timeZone' | 'currency' | 'activeDefinition' | 'passiveEvents' | 'loginEvents' | 'activationEvents' | 'keyFeatures'
>

export type Fragment = PendingQuery<Row[]>

/** What a roll-up folds with: a transaction that holds the fold lock, the zone, and now. */
export interface FoldContext {
  tx: Tx
  config: RollupConfig
  now: Date
}

/**
 * Which rows of an append-only fact table: pending batches (fold), or a day without what is still pending (rebuild).
 * One aggregation serves both, so they cannot disagree.
 */
export type Source = Fragment
