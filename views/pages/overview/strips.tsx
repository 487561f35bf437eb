import { allUsersHere, allUsersText } from '../../../src/all-users.ts'
import { dayLabel } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { limitMark, staleMark } from '../../../src/live-marks.ts'
import { valueText } from '../../../src/metric-view.ts'
import { type MetricKey, metricOf } from '../../../src/metrics/catalogue.ts'
import { NOW, NOW_REDIS, TODAY } from '../../../src/overview/keys.ts'
import { queuesText } from '../../../src/overview/queues.ts'
import { metricHref } from '../../../src/page.ts'
import { type LiveItem, LiveStrip, type OfWhom } from '../../parts/index.ts'
import type { OverviewProps } from '../overview.tsx'

const NOW_WORDS: Record<(typeof NOW)[number], { label: string; note: string }> = {
  'users.online': { label: 'Online now', note: 'seen in 2 minutes' },
  'jobs.running': { label: 'Building now', note: 'jobs running' },
  'jobs.queued': { label: 'Queues', note: 'jobs waiting' },
  'ai.requests_last_hour': { label: 'AI requests, 1 h', note: 'in 60 minutes' },
  'api.error_rate_last_hour': { label: 'Error rate, 1 h', note: 'of all calls' },
}

/** What is true this minute, with the AI cost of the running day. */
export const NowStrip = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const cards = [data.nowRedis, data.now]
  const cardOf = (key: MetricKey) => ((NOW_REDIS as readonly string[]).includes(key) ? data.nowRedis : data.now)
  const depths = shownOf(data.queues)
  const queues = depths && queuesText(depths)
  const items = NOW.map((key): LiveItem => {
    const card = cardOf(key)
    const value = shownOf(card)?.[key] ?? null
    return {
      id: key.replace('.', '-'),
      label: NOW_WORDS[key].label,
      value: value === null ? null : valueText(deps, key, value, 'tile'),
      note:
        value === null
          ? 'not known'
          : ofAll((key === 'jobs.queued' && queues) || NOW_WORDS[key].note, allUsersHere(filters)),
      mark: value === null ? undefined : limitMark(deps, key, value),
      href: metricHref(filters, key),
      ...staleMark(card, deps),
    }
  })
  const all = [...items, costToday({ data, context }), paidShare({ data, context })]
  const stale = cards.some(({ state }) => state !== 'filled')
  return (
    <LiveStrip items={stale ? markedOnce(all) : all} state={stale ? 'stale' : 'live'} dot={stale ? 'degraded' : 'up'} />
  )
}

/** The numbers of the running day beside those of the whole of yesterday. */
export const TodayStrip = ({ data, context }: OverviewProps) => (
  <LiveStrip
    title="Today"
    state={dayLabel(context.filters.today, context.filters.today)}
    items={markedOnce(
      TODAY.filter((key) => key !== 'ai.cost').map((key) => todayItem({ data, context }, key, metricOf(key).label)),
    )}
  />
)

function costToday(props: OverviewProps): LiveItem {
  return { ...todayItem(props, 'ai.cost', 'AI cost today'), id: 'cost-today' }
}

function todayItem({ data, context }: OverviewProps, key: MetricKey, label: string): LiveItem {
  const { deps, filters } = context
  const summary = shownOf(data.day)?.[key]
  return {
    id: `today-${key.replace('.', '-')}`,
    label,
    value: summary?.value == null ? null : valueText(deps, key, summary.value, 'tile'),
    note: ofAll(
      summary?.previous == null ? 'none yesterday' : `${valueText(deps, key, summary.previous, 'tile')} yesterday`,
      allUsersText(summary?.ignored, filters),
    ),
    href: metricHref({ ...filters, range: 'today', from: filters.today, to: filters.today }, key),
    ...staleMark(data.day, context.deps),
  }
}

/** Paid against free: the header's ratio. */
function paidShare({ data, context }: OverviewProps): LiveItem {
  const { deps, filters } = context
  const of = (key: MetricKey) => shownOf(data.day)?.[key]?.value ?? null
  const [share, total, paid] = [of('users.paid_ratio'), of('users.total'), of('users.paid')]
  const others = total === null || paid === null ? null : total - paid
  return {
    id: 'paid-share',
    label: 'Paid of all users',
    value: share === null ? null : valueText(deps, 'users.paid_ratio', share, 'tile'),
    note:
      share === null
        ? 'not known'
        : `${valueText(deps, 'users.paid', paid, 'tile')} paid, ${valueText(deps, 'users.total', others, 'tile')} not`,
    href: metricHref(filters, 'users.paid_ratio'),
    ...staleMark(data.day, context.deps),
  }
}

/** What a plan or a segment does not change says so. */
const ofAll = (note: string, whom: OfWhom | undefined): string => (whom ? `${note}, ${whom.mark}` : note)

/** The age is said once a strip; the other cells are dimmed. */
function markedOnce(items: LiveItem[]): LiveItem[] {
  const first = items.findIndex(({ mark }) => mark)
  return items.map((item, i) => (i === first ? item : { ...item, mark: undefined }))
}
