import { z } from 'zod'
import activity from './activity.ts'
import annotations from './annotations.ts'
import breakdown from './breakdown.ts'
import chart from './chart.ts'
import type { CardKind, Config } from './define.ts'
import gauge from './gauge.ts'
import rows from './rows.ts'
import table from './table.ts'
import text from './text.ts'
import tile from './tile.ts'

/** Every kind of card; a test finds the file that is missing here. */
export const kinds = { tile, chart, breakdown, table, gauge, rows, activity, annotations, text }

export type KindName = keyof typeof kinds
export const kindNames = Object.keys(kinds) as [KindName, ...KindName[]]

export type ConfigOf<K extends KindName> = Config<(typeof kinds)[K]['fields']>
export type ValueOf<K extends KindName> = Awaited<ReturnType<(typeof kinds)[K]['load']>>

/** The plain type, for code that does not care which kind it is. */
export function kindOf(name: KindName): CardKind {
  return kinds[name] as unknown as CardKind
}

export function isKind(text: string | undefined): text is KindName {
  return text !== undefined && Object.hasOwn(kinds, text)
}

/** The settings of a kind, strictly. */
export const configSchema = (name: KindName) => z.strictObject(kindOf(name).fields)
