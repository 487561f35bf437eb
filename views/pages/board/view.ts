import type { Child } from 'hono/jsx'
import type { Annotation } from '../../../src/annotations/read.ts'
import type { BoardCard } from '../../../src/boards/doc.ts'
import type { ConfigOf, KindName, ValueOf } from '../../../src/boards/kinds/index.ts'
import { cardState } from '../../../src/card-state.ts'
import { type Card, shownOf } from '../../../src/lib/settle.ts'
import type { PageContext } from '../../../src/page.ts'
import type { CardState } from '../../parts/index.ts'

/** What the component of a kind of card gets. */
export interface BoardCardProps<K extends KindName = KindName> {
  context: PageContext
  card: BoardCard
  config: ConfigOf<K>
  title: string
  /** undefined = loading. */
  value: Card<ValueOf<K>> | undefined
  /** Flags of its days; a card with days of its own has none. */
  annotations: Card<Annotation[]> | undefined
}

export type BoardCardView<K extends KindName> = (props: BoardCardProps<K>) => Child

/** Ids of a card and of what stands in it. */
export const domId = ({ id }: Pick<BoardCard, 'id'>): string => `b-${id}`

/** "last 7 days" where a card does not look over the days of its board. */
export const ownDays = (config: { range?: string | undefined }): string | undefined =>
  config.range === undefined ? undefined : RANGE_WORDS[config.range]

const RANGE_WORDS: Record<string, string> = {
  today: 'today',
  '7d': 'last 7 days',
  '30d': 'last 30 days',
  '90d': 'last 90 days',
  month: 'this month',
  'last-month': 'last month',
  year: 'this year',
}

/** The state of a card by how its load went; `empty` is asked of a value only. */
export function stateOf<K extends KindName>(
  { value, context }: BoardCardProps<K>,
  empty?: (value: ValueOf<K>) => CardState | undefined,
): CardState {
  return value ? cardState(value, context.deps.now(), empty) : { kind: 'loading' }
}

/** The value of a card that has one, be it the last good one. */
export const shown = <K extends KindName>({ value }: BoardCardProps<K>): ValueOf<K> | undefined =>
  value && shownOf(value)
