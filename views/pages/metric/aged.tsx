import { BACKFILL_PATH } from '../../../src/backfill/load.ts'
import { dayTitle } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { isMetricKey } from '../../../src/metrics/catalogue.ts'
import { Icon, Note } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

/** Which of the stored days an older definition made; they are shown as they are until they are backfilled. */
export const AgedNote = ({ data: { key, main }, context: { filters } }: MetricProps) => {
  const aged = shownOf(main)?.aged
  if (!aged) return null
  const { days, from, to, before, rebuild } = aged
  const title = (day: string) => dayTitle(day, filters.today)
  const which = before
    ? `Days before ${title(before)} were`
    : `${days} of the days from ${title(from)} to ${title(to)} were`
  const query = { ...(isMetricKey(key) && { metric: key }), from, to, ...(rebuild && { rebuild: '1' }) }
  return (
    <Note tone="warn">
      {`${which} computed by an older definition${rebuild ? ' or under other settings' : ''}. `}
      <a href={`${BACKFILL_PATH}?${new URLSearchParams(query)}`}>Recompute them</a>
    </Note>
  )
}

/** To the form, with the metric chosen. A custom metric is made of its parts whenever it is read. */
export const RecomputeButton = ({ data: { key } }: Pick<MetricProps, 'data'>) =>
  isMetricKey(key) ? (
    <a class="q-btn" href={`${BACKFILL_PATH}?${new URLSearchParams({ metric: key })}`}>
      <Icon name="refresh" />
      Recompute this metric
    </a>
  ) : null
