import { allUsersText } from '../../../src/all-users.ts'
import { flagEntries, flagsOnDays } from '../../../src/annotations/on-charts.ts'
import { cardState } from '../../../src/card-state.ts'
import { BAND_WORDS, BANDS, type Band, bandOf } from '../../../src/health/components.ts'
import { TREND } from '../../../src/health/load.ts'
import type { Bands } from '../../../src/health/read.ts'
import { dayLabel, dayTitle } from '../../../src/lib/dates.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { addDays } from '../../../src/lib/time.ts'
import { dayAxis } from '../../../src/metric-view.ts'
import { formatChange, formatValue } from '../../../src/metrics/format.ts'
import { HOLDS_DAYS } from '../../../src/metrics/user-health-rows.ts'
import { metricHref, type PageContext } from '../../../src/page.ts'
import { BarChart, Card, type CardState, Change, DataTable, Legend, Share, StackedChart } from '../../parts/index.ts'
import { BandBadge, scoreChange, scoreText } from '../../parts/score.tsx'
import type { HealthProps } from '../health.tsx'
import { unknown } from '../overview/charts.tsx'

/** Which way more of a band is. */
const GOOD = { healthy: 'up', 'at-risk': 'down', churning: 'down', unknown: 'neutral' } as const
const METRICS = {
  healthy: 'health.users_healthy',
  'at-risk': 'health.users_at_risk',
  churning: 'health.users_churning',
  unknown: 'health.users_unknown',
} as const

/** Nobody was scored yet, or nobody of those who are asked for. */
export function noScores({ data }: HealthProps): CardState {
  if (!shownOf(data.state))
    return {
      kind: 'empty',
      icon: 'heartbeat',
      title: 'No scores yet',
      text: 'They are computed each night once users are known; “Recalculate” does it now. Events, jobs and ratings are what they are made of.',
      link: { label: 'What arrives', href: '/dashboard/data' },
    }
  return { kind: 'empty', icon: 'users', title: 'Nobody', text: 'No user was scored who fits the filters.' }
}

/** Users by band, and how that has changed. */
export const BandsCard = (props: HealthProps) => {
  const { data, context } = props
  const { deps, filters } = context
  const bands = shownOf(data.bands)
  const state = shownOf(data.state)
  const shown = BANDS.filter((band) => band !== 'unknown' || (bands?.counts.unknown.now ?? 0) > 0)
  return (
    <Card
      id="bands"
      title="Users by health"
      sub={state && bands ? `as of ${dayTitle(state.day, filters.today)}` : undefined}
      span={5}
      flush={Boolean(bands?.users)}
      menu={{
        json: `/api/health${filters.tenant === undefined ? '' : `?tenant=${encodeURIComponent(filters.tenant)}`}`,
        metric: metricHref(filters, 'health.score_avg'),
      }}
      state={cardState(data.bands, deps.now(), ({ users }) => (users === 0 ? noScores(props) : undefined))}
    >
      {bands && bands.users > 0 && (
        <DataTable
          id="bands"
          caption="Users by health"
          rowHeight={44}
          columns={[
            { key: 'band', label: 'Band' },
            { key: 'users', label: 'Users', number: true, strong: true },
            { key: 'share', label: 'Share', number: true },
            { key: 'change', label: '30 days', number: true },
          ]}
          rows={shown.map((band) => ({ cells: bandCells(band, bands, context, Boolean(state?.then_day)) }))}
          note={<Mean bands={bands} then={state?.then_day ? dayLabel(state.then_day, filters.today) : undefined} />}
        />
      )}
    </Card>
  )
}

function bandCells(band: Band, bands: Bands, { filters }: PageContext, compares: boolean) {
  const { now, before } = bands.counts[band]
  const change = before === 0 ? null : (now - before) / before
  const compared = { value: now, previous: compares ? before : null, change }
  return {
    band: (
      <a href={metricHref(filters, METRICS[band])}>
        <BandBadge band={band} />
      </a>
    ),
    users: now.toLocaleString('en-US'),
    share: (
      <Share
        share={now / bands.users}
        text={formatValue((100 * now) / bands.users, 'percent', 'table')}
        name={`Share of ${BAND_WORDS[band].toLowerCase()} users`}
        tone={band === 'at-risk' ? 'warn' : band === 'churning' ? 'crit' : undefined}
      />
    ),
    change: <Change {...formatChange(compared, 'users', GOOD[band])} />,
  }
}

const Mean = ({ bands: { mean, meanThen }, then }: { bands: Bands; then: string | undefined }) => (
  <>
    {`Mean score ${scoreText(mean)}`}
    {then !== undefined && mean !== null && meanThen !== null && (
      <>
        {' '}
        <Change {...scoreChange(mean - meanThen)} />
        {` vs ${scoreText(meanThen)} on ${then}`}
      </>
    )}
    {then === undefined && '; too little is known of 30 days before to compare'}
  </>
)

/** How the scores lie. */
export const DistributionCard = (props: HealthProps) => {
  const { data, context } = props
  const bands = shownOf(data.bands)
  const scored = bands?.histogram.reduce((sum, n) => sum + n, 0) ?? 0
  const { healthy, churning } = data.rules
  return (
    <Card
      id="distribution"
      title="Distribution"
      sub="users by score, in steps of five"
      span={7}
      height="chart"
      menu={{ table: true, metric: metricHref(context.filters, 'health.score_avg') }}
      state={cardState(data.bands, context.deps.now(), () => (scored === 0 ? noScores(props) : undefined))}
    >
      {bands && scored > 0 && (
        <BarChart
          id="distribution"
          summary={`Users by health score: ${scored.toLocaleString('en-US')} have one, ${bands.counts.healthy.now.toLocaleString('en-US')} of them ${healthy} or more, ${bands.counts.churning.now.toLocaleString('en-US')} under ${churning}.`}
          unit="users"
          labels={bands.histogram.map((_, bin) => String(5 * bin))}
          titles={bands.histogram.map((_, bin) => binTitle(bin, data.rules))}
          series={[{ name: 'Users', values: bands.histogram }]}
        />
      )}
    </Card>
  )
}

/** "40 to 45, at risk" */
const binTitle = (bin: number, bounds: HealthProps['data']['rules']): string => {
  const [low, high] = [5 * bin, 5 * bin + 5]
  const [first, last] = [bandOf(low, bounds), bandOf(high - 0.1, bounds)]
  return `${low} to ${high}, ${[...new Set([first, last])].map((band) => BAND_WORDS[band].toLowerCase()).join(' and ')}`
}

const SERIES = [
  { name: 'Churning', key: TREND[0], color: 'crit' },
  { name: 'At risk', key: TREND[1], color: 'warn' },
  { name: 'Healthy', key: TREND[2], color: 1 },
] as const

/** Days that are shown and were scored by other rules say so: what changes there is not of the users alone. */
function otherRules({ data, context: { filters } }: HealthProps): string | undefined {
  const until = shownOf(data.state)?.other_until
  if (!until) return undefined
  const last = addDays(until, HOLDS_DAYS - 1)
  return filters.from <= last ? `up to ${dayTitle(last, filters.today)} by other settings` : undefined
}

/** Users by band over the days of the range: weeks of the past are scored once each. */
export const TrendCard = (props: HealthProps) => {
  const { data, context } = props
  const { deps, filters } = context
  const found = shownOf(data.trend)
  const points = found?.[TREND[2]]?.points ?? []
  const none = SERIES.every(({ key }) => unknown(found?.[key]?.points ?? []))
  return (
    <Card
      id="trend"
      title="Bands over time"
      sub={otherRules(props)}
      span={7}
      height="tall"
      allUsers={allUsersText(found?.[TREND[0]]?.ignored, filters)}
      tools={!none && <Legend names={SERIES.map(({ name, color }) => ({ name, color }))} />}
      menu={{
        table: true,
        csv: `/exports/metrics.csv${exportQuery(filters, { metrics: TREND.join() })}`,
        json: `/api/metrics/timeseries${exportQuery(filters, { metrics: TREND.join() })}`,
        metric: metricHref(filters, 'health.healthy_rate'),
        ...flagEntries(context, data.annotations),
      }}
      state={cardState(data.trend, deps.now(), () => (none ? noScores(props) : undefined))}
    >
      <StackedChart
        id="trend"
        height="tall"
        summary="Users a day who are churning, at risk and healthy by their score."
        unit="users"
        {...dayAxis(
          points.map(({ day }) => day),
          filters.today,
        )}
        series={SERIES.map(({ name, key, color }) => ({
          name,
          color,
          values: (found?.[key]?.points ?? []).map(({ value }) => value),
        }))}
        {...flagsOnDays(context, data.annotations, points)}
      />
    </Card>
  )
}
