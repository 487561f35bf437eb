import type { TileProps } from '../../views/parts/index.ts'
import type { Card } from '../lib/settle.ts'
import { type Summaries, tileOf } from '../metric-view.ts'
import type { PageContext } from '../page.ts'
import { KPI_LABELS, KPIS } from './keys.ts'

/** The ten tiles of the Overview. */
export function kpiTiles({ deps, filters }: PageContext, kpis: Card<Summaries>): TileProps[] {
  return KPIS.map((key) => tileOf(deps, filters, key, kpis, KPI_LABELS[key]))
}
