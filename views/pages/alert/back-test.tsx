import type { Backtest, Firing } from '../../../src/alerts/backtest.ts'
import { HISTORY_DAYS } from '../../../src/alerts/conditions/define.ts'
import { kindOf } from '../../../src/alerts/conditions/index.ts'
import type { Editing } from '../../../src/alerts/editor.ts'
import { metricOfRule, type Rule } from '../../../src/alerts/rule.ts'
import { MAX_SUBJECTS, watchesSmallest } from '../../../src/alerts/subjects.ts'
import { bandsOf, thinned } from '../../../src/alerts/thinned.ts'
import { lastedText, wordingOf } from '../../../src/alerts/words.ts'
import type { Deps } from '../../../src/context.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { LEAST_DAYS } from '../../../src/forecast/forecast.ts'
import { counted } from '../../../src/lib/counted.ts'
import { dayLabel, momentText, rangeDates } from '../../../src/lib/dates.ts'
import { dayOf, today as todayOf } from '../../../src/lib/time.ts'
import { valueName } from '../../../src/metrics/value-name.ts'
import { Card, type ChartProps, DataTable, LineChart } from '../../parts/index.ts'
import type { Live } from './fields.tsx'

interface Props {
  deps: Deps
  editing: Editing
  live: Live
  redraw: string
}

/** What the rule would have done, before it is saved. */
export const BacktestCard = ({ deps, editing, live, redraw }: Props) => {
  const { past, noPast } = editing
  const today = todayOf(deps.now(), deps.config.timeZone)
  const day = (at: Date) => dayOf(at, deps.config.timeZone)
  const { rule: named } = editing
  return (
    <Card
      id="back-test"
      title="Back-test"
      sub={
        past &&
        `${rangeDates(day(past.from), day(past.to), today)}, ${counted(past.readings, 'reading')}, ${past.tookMs} ms`
      }
      state={past ? undefined : emptyOf(editing, noPast)}
    >
      {past && named && (
        <>
          <Summary past={past} today={today} deps={deps} />
          <PastChart past={past} rule={named} deps={deps} today={today} />
          {named.when.kind === 'forecast' && <AsOfNow past={past} rule={named} deps={deps} />}
          <p class="q-help">
            {past.note}
            {past.found !== undefined &&
              ` Of ${past.found.toLocaleString('en-US')} values the ${MAX_SUBJECTS} ${sideOf(deps, named)} are watched.`}
            {past.unknown > 0 &&
              ` ${counted(past.unknown, 'reading is', 'readings are')} unknown${named.least === undefined ? '' : ', or of too few'}.`}
            {past.outside &&
              past.outside.of > 0 &&
              ` ${((100 * past.outside.n) / past.outside.of).toFixed(1)}% of the readings lay outside what was usual.`}
          </p>
          <Firings past={past} rule={named} deps={deps} today={today} />
          <Others past={past} deps={deps} rule={named} live={live} redraw={redraw} />
        </>
      )}
    </Card>
  )
}

function emptyOf({ read, draft }: Editing, noPast: string | undefined) {
  if (noPast) return { kind: 'empty' as const, icon: 'clock' as const, title: 'No past to try it on', text: noPast }
  // Without a name it is named by what it says.
  const { name: _, limit, ...others } = read.ok ? {} : read.errors
  const [first] = Object.values(others)
  const asksLimit = draft.limit.trim() === '' && limit !== undefined
  return {
    kind: 'empty' as const,
    icon: 'clock' as const,
    title: asksLimit ? 'Enter a limit' : 'The rule is not whole yet',
    text: (asksLimit ? undefined : (limit ?? first)) ?? 'What the rule would have done shows as soon as it is whole.',
  }
}

const Summary = ({ past, today, deps }: { past: Backtest; today: string; deps: Deps }) => {
  const { firings, longest } = past
  const times = (n: number) => `${n.toLocaleString('en-US')} ${n === 1 ? 'time' : 'times'}`
  const lasted = longest && (longest.endedAt ?? past.to).getTime() - longest.firedAt.getTime()
  const items = [
    { label: 'Would have fired', value: times(firings.length), crit: firings.length > 0 },
    { label: 'In total', value: firings.length > 0 ? lastedText(past.totalMs) : '—' },
    {
      label: 'Longest',
      value:
        longest && lasted !== undefined
          ? `${lastedText(lasted)}, ${dayLabel(dayOf(longest.firedAt, deps.config.timeZone), today)}`
          : '—',
    },
    { label: 'Pending, then fine', value: times(past.passed) },
    { label: 'Notices', value: String(past.notices) },
  ]
  return (
    <dl class="q-past">
      {items.map(({ label, value, crit }) => (
        <div>
          <dt>{label}</dt>
          <dd class={crit ? 'q-num q-ink-crit' : 'q-num'}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Of too many values those at the end where it is bad. */
function sideOf(deps: Deps, rule: Rule): string {
  const metric = metricOfRule(catalogueOf(deps), rule)
  return metric && watchesSmallest(rule, metric) ? 'smallest' : 'largest'
}

/** What the forecast says today; the chart has what it would have led to. */
const AsOfNow = ({ past, rule, deps }: { past: Backtest; rule: Rule; deps: Deps }) => {
  const last = past.points.at(-1)
  const label = metricOfRule(catalogueOf(deps), rule)?.label ?? rule.metric
  if (!last || (last.low === null && last.high === null))
    return <p>{`Not enough history: a forecast needs ${LEAST_DAYS} known days of the last ${HISTORY_DAYS}.`}</p>
  if (!last.ahead) return <p>{`As of now ${label} is not forecast to pass the limit.`}</p>
  return <p>{`As of now: ${label} ${kindOf(rule.when).title(rule.when, last, wordingOf(deps, rule))}.`}</p>
}

const PastChart = ({ past, rule, deps, today }: { past: Backtest; rule: Rule; deps: Deps; today: string }) => {
  const { value: text } = wordingOf(deps, rule)
  const points = thinned(past.points, rule)
  const known = points.filter(({ value }) => value !== null)
  const edges = { low: points.some(({ low }) => low !== null), high: points.some(({ high }) => high !== null) }
  const isFixed = 'limit' in rule.when
  const lines: ChartProps['series'] = [
    {
      name: past.subject === '' ? 'Value' : valueName(rule.by ?? '', past.subject),
      values: points.map(({ value }) => value),
    },
    ...(edges.high && !isFixed
      ? [{ name: 'upper edge', values: points.map(({ high }) => high), color: 'other' as const }]
      : []),
    ...(edges.low && !isFixed
      ? [{ name: 'lower edge', values: points.map(({ low }) => low), color: 'other' as const }]
      : []),
  ]
  if (known.length === 0) return <p class="q-ink-3">Nothing is known of this metric in these days.</p>
  return (
    <LineChart
      id="back-test"
      summary={`The metric over the back-test: it would have fired ${past.firings.length} times.`}
      unit={metricOfRule(catalogueOf(deps), rule)?.unit ?? 'events'}
      currency={deps.config.currency}
      labels={points.map(({ at }) => shortOf(at, past, today, deps))}
      titles={points.map(({ at }) => momentText(at, today, deps.config.timeZone))}
      series={lines}
      unnamed
      bands={bandsOf(points)}
      limits={
        'limit' in rule.when
          ? [{ value: rule.when.limit, text: `limit ${text(rule.when.limit)}`, tone: 'crit' }]
          : undefined
      }
      table={{
        head: ['', ...lines.map(({ name }) => name)],
        rows: points.map((_, i) => lines.map(({ values }) => text(values[i] ?? null))),
      }}
      height="tall"
    />
  )
}

/** "22 Oct", of a short past "21 Nov 14:00". */
function shortOf(at: Date, past: Backtest, today: string, { config }: Deps): string {
  const days = (past.to.getTime() - past.from.getTime()) / 86_400_000
  return days > 4 ? dayLabel(dayOf(at, config.timeZone), today) : momentText(at, today, config.timeZone)
}

const SHOWN = 10
/** Behind a number that the rule is tried with. */
const UNITS: Record<string, string> = { within: ' days ahead' }

const Firings = ({ past, rule, deps, today }: { past: Backtest; rule: Rule; deps: Deps; today: string }) => {
  const { value: text } = wordingOf(deps, rule)
  const { timeZone } = deps.config
  const rows = past.firings.slice(0, SHOWN)
  if (rows.length === 0) return null
  const by = rule.by
  const lasted = ({ firedAt, endedAt }: Firing) => lastedText((endedAt ?? past.to).getTime() - firedAt.getTime())
  return (
    <DataTable
      id="firings"
      caption="When it would have fired"
      rowHeight={30}
      columns={[
        { key: 'fired', label: 'Fired' },
        { key: 'ended', label: 'Ended', muted: true, wide: true },
        { key: 'lasted', label: 'Lasted', number: true },
        { key: 'peak', label: 'Worst', number: true, strong: true },
        ...(by ? [{ key: 'subject', label: by }] : []),
      ]}
      rows={rows.map((one) => ({
        cells: {
          fired: momentText(one.firedAt, today, timeZone),
          ended: one.endedAt ? momentText(one.endedAt, today, timeZone) : 'still firing',
          lasted: lasted(one),
          peak: text(one.peak),
          subject: valueName(by ?? '', one.subject),
        },
      }))}
      note={past.firings.length > SHOWN ? `the newest ${SHOWN} of ${past.firings.length}` : undefined}
    />
  )
}

/** How often other limits would have fired; each is a button that takes it over. */
const Others = ({
  past,
  rule,
  deps,
  live,
  redraw,
}: {
  past: Backtest
  rule: Rule
  deps: Deps
  live: Live
  redraw: string
}) => {
  if (past.others.length === 0) return null
  const { value: text } = wordingOf(deps, rule)
  const field = { threshold: 'limit', change: 'change', anomaly: 'times', forecast: 'within', nodata: '', source: '' }[
    rule.when.kind
  ]
  const { 'hx-trigger': _, ...post } = live
  return (
    <p class="q-actions q-others">
      <span class="q-ink-2">Try it at</span>
      {past.others.map(({ limit, fired }) => (
        <button
          type="submit"
          class="q-btn q-btn-small"
          formaction={redraw}
          formnovalidate
          name="try"
          value={`${field}:${limit}`}
          {...post}
        >
          {`${field === 'limit' ? text(limit) : `${limit}${UNITS[field] ?? ''}`} (${fired.toLocaleString('en-US')} ${fired === 1 ? 'time' : 'times'})`}
        </button>
      ))}
    </p>
  )
}
