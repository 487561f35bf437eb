import { metricKey } from '../../../src/boards/metrics.ts'
import { tileOf } from '../../../src/metric-view.ts'
import { Tile } from '../../parts/index.ts'
import { type BoardCardView, domId, ownDays } from './view.ts'

const LOADING = { state: 'error', requestId: '' } as const

/** A number as on the Overview. */
export const TileCard: BoardCardView<'tile'> = ({ card, config, context, title, value }) => {
  const { deps, filters } = context
  const tile = tileOf(deps, filters, metricKey(config.metric), value ?? LOADING, title)
  const days = ownDays(config)
  return (
    <Tile
      {...tile}
      {...(value ? {} : { loading: true, degraded: undefined })}
      id={domId(card)}
      {...(days && !tile.unit ? { unit: days } : {})}
    />
  )
}
