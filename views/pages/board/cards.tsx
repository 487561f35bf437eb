import type { Child } from 'hono/jsx'
import type { Annotation } from '../../../src/annotations/read.ts'
import type { KindName } from '../../../src/boards/kinds/index.ts'
import type { LoadedCard } from '../../../src/boards/load.ts'
import type { Card as Loaded } from '../../../src/lib/settle.ts'
import { Card } from '../../parts/index.ts'
import { ActivityCard } from './activity.tsx'
import { AnnotationsCard } from './annotations.tsx'
import { BreakdownCard } from './breakdown.tsx'
import { ChartCard } from './chart.tsx'
import { GaugeCard } from './gauge.tsx'
import { RowsCard } from './rows.tsx'
import { TableCard } from './table.tsx'
import { TextCard } from './text.tsx'
import { TileCard } from './tile.tsx'
import { type BoardCardProps, type BoardCardView, domId } from './view.ts'

/** The component of each kind; one that is missing does not compile. */
export const views: { [K in KindName]: BoardCardView<K> } = {
  tile: TileCard,
  chart: ChartCard,
  breakdown: BreakdownCard,
  table: TableCard,
  gauge: GaugeCard,
  rows: RowsCard,
  activity: ActivityCard,
  annotations: AnnotationsCard,
  text: TextCard,
}

/** A card of any kind in any state. */
export const AnyCard = ({ of, annotations }: { of: LoadedCard; annotations?: Loaded<Annotation[]> }): Child => {
  const { card, context, title, broken, value } = of
  if (broken !== undefined)
    return (
      <Card
        id={domId(card)}
        title={title}
        state={{ kind: 'empty', icon: 'alert-triangle', title: 'This card cannot be shown', text: broken }}
      />
    )
  const View = views[card.kind] as unknown as BoardCardView<KindName>
  const own = (card.config as { range?: string }).range !== undefined
  const props = { context, card, title, config: card.config, value, annotations: own ? undefined : annotations }
  return View(props as unknown as BoardCardProps)
}

/** Twelve columns, rows of one tile's height. */
export const BoardGrid = ({ cards, annotations }: { cards: LoadedCard[]; annotations: Loaded<Annotation[]> }) => (
  <div class="q-board">
    {cards.map((one) => (
      <div class={cellClass(one.card)}>
        <AnyCard of={one} annotations={annotations} />
      </div>
    ))}
  </div>
)

export const cellClass = ({ width, height, kind }: LoadedCard['card']): string =>
  `q-cell q-cell-w${width} q-cell-${height} q-cell-${kind}`
