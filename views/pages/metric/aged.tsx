import { BACKFILL_PATH } from '../../../src/backfill/load.ts'
import { dayLabel, dayTitle } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import type { Day } from '../../../src/lib/time.ts'
import type { AgedDays } from '../../../src/metrics/aged.ts'
import { isMetricKey } from '../../../src/metrics/catalogue.ts'
import { type ChartAnnotation, Icon, Note } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

/** Which of the stored days an older definition made; they are shown as they are until they are backfilled. */
export const AgedNote = ({ data: { key, main }, context: { filters } }: MetricProps) => {
  const aged = shownOf(main)?.aged
  if (!aged) return null
  const { days, from, to, before, rebuild, kept } = aged
  const title = (day: string) => dayTitle(day, filters.today)
  const which = before
    ? `Days before ${title(before)} were`
    : `${days} of the days from ${title(from)} to ${title(to)} were`
  const query = { ...(isMetricKey(key) && { metric: key }), from, to, ...(rebuild && { rebuild: '1' }) }
  return (
    <Note tone="warn">
      {`${which} computed by an older definition${rebuild ? ' or under other settings' : ''}. `}
      {kept > 0 &&
        `${kept < days ? `${kept} of them keep` : 'They keep'} the numbers that they have: their raw facts are gone. `}
      {kept < days && <a href={`${BACKFILL_PATH}?${new URLSearchParams(query)}`}>Recompute them</a>}
    </Note>
  )
}

/** A flag on the first day of the definition of now, where the days before it are of an older one. */
export function seamOf(aged: AgedDays | undefined, days: readonly Day[], today: Day): ChartAnnotation[] {
  const index = aged?.before ? days.indexOf(aged.before) : -1
  if (index < 0) return []
  const text = `${dayLabel(days[index] as Day, today)}, first day of the definition of now; earlier ones are older`
  return [{ index, letter: '≠', kind: 'Definition', text }]
}

/** To the form, with the metric chosen. A custom metric is made of its parts whenever it is read. */
export const RecomputeButton = ({ data: { key } }: Pick<MetricProps, 'data'>) =>
  isMetricKey(key) ? (
    <a class="q-btn" href={`${BACKFILL_PATH}?${new URLSearchParams({ metric: key })}`}>
      <Icon name="refresh" />
      Recompute this metric
    </a>
  ) : null
