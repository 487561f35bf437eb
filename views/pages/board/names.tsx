import { allUsersText } from '../../../src/all-users.ts'
import { metricIn, metricKey } from '../../../src/boards/metrics.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import { aboutOf } from '../../../src/metric-view.ts'
import { type Series, type Summary, stateOf } from '../../../src/metrics/query.ts'
import { metricHref, type PageContext } from '../../../src/page.ts'
import { About } from '../../parts/about.tsx'
import { AllUsers, type CardMenu, Icon, type OfWhom } from '../../parts/index.ts'

export interface NamedMetric {
  key: string
  summary: Summary | undefined
  color?: number | 'other'
}

/** What to say of numbers that the filters of people do not change. */
export const whomOf = (context: PageContext, found: Pick<Summary, 'ignored'> | undefined): OfWhom | undefined =>
  allUsersText(found?.ignored, context.filters)

/** What a card's numbers are: names that answer for themselves, as the key of the colours. */
export const MetricNames = ({ id, metrics, context }: { id: string; metrics: NamedMetric[]; context: PageContext }) => (
  <ul class="q-legend q-board-names">
    {metrics.map(({ key, summary, color }, i) => (
      <li>
        {color !== undefined && <span class={`q-swatch q-c${color}`} aria-hidden="true" />}
        <a href={metricHref(context.filters, metricKey(key))} data-about-for={summary && `about-${id}-${i}`}>
          {metricIn(context, key).label}
        </a>{' '}
        <AllUsers whom={whomOf(context, summary)} />
      </li>
    ))}
  </ul>
)

/** The same for one metric whose name is the title already. */
export const MetricInfo = ({ id, metric, context }: { id: string; metric: NamedMetric; context: PageContext }) => (
  <a
    class="q-btn q-btn-icon q-board-info"
    href={metricHref(context.filters, metricKey(metric.key))}
    data-about-for={metric.summary && `about-${id}-0`}
    aria-label={`What is ${metricIn(context, metric.key).label}?`}
  >
    <Icon name="info-circle" />
  </a>
)

/** The popovers of those names; they stand in the card's body. */
export const MetricAbouts = ({
  id,
  metrics,
  context,
}: {
  id: string
  metrics: NamedMetric[]
  context: PageContext
}) => (
  <>
    {metrics.map(
      ({ key, summary }, i) =>
        summary && (
          <About
            id={`about-${id}-${i}`}
            label={metricIn(context, key).label}
            about={aboutOf(context.deps, context.filters, metricKey(key), summary)}
          />
        ),
    )}
  </>
)

/** Table, files and metric behind a card. */
export function menuOf(
  context: PageContext,
  metrics: readonly string[],
  more: { by?: string; table?: boolean },
): CardMenu {
  const { filters } = context
  const { by, table } = more
  const extra: Record<string, string> = by === undefined ? { compare: filters.compare } : { by }
  const query = exportQuery(filters, { metrics: metrics.join(), ...extra })
  const [first] = metrics
  return {
    ...(table ? { table } : {}),
    csv: `/exports/metrics.csv${query}`,
    json: `/api/metrics/timeseries${query}`,
    ...(metrics.length === 1 && first !== undefined ? { metric: metricHref(filters, metricKey(first)) } : {}),
  }
}

/** A series told as a summary: for its popover. */
export function summaryOf(context: PageContext, { key, points, total, computedAt, ignored }: Series): Summary {
  return {
    key,
    value: total,
    previous: null,
    change: null,
    points,
    previousPoints: [],
    latest: points.findLast(({ value }) => value !== null)?.value ?? null,
    computedAt,
    state: stateOf(metricIn(context, key), total),
    ...(ignored ? { ignored } : {}),
  }
}
