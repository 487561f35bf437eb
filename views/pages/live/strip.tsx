import { shownOf } from '../../../src/lib/settle.ts'
import type { Reading } from '../../../src/live/load.ts'
import { limitMark, staleMark } from '../../../src/live-marks.ts'
import { valueText } from '../../../src/metric-view.ts'
import { metricHref } from '../../../src/page.ts'
import { type LiveItem, LiveStrip } from '../../parts/index.ts'
import type { LiveProps } from '../live.tsx'

/** What is true this second, in one row. */
export const Strip = (props: LiveProps) => {
  const { presence, readings, rate } = props.data
  const stale = [presence, readings, rate].some(({ state }) => state !== 'filled')
  return (
    <LiveStrip
      items={[...people(props), ...calls(props), ...jobs(props)]}
      state={stale ? 'stale' : 'live'}
      dot={stale ? 'degraded' : 'up'}
    />
  )
}

function people({ data, context }: LiveProps): LiveItem[] {
  const { deps, filters } = context
  const found = shownOf(data.presence)
  const devices = found && Object.values(found.devices).reduce((sum, n) => sum + n, 0)
  const stale = staleMark(data.presence, deps)
  const sessions = deps.redis ? `${count(found?.fromRedis)} by WebSocket` : 'active in 2 minutes'
  return [
    {
      id: 'online',
      label: 'Online now',
      value: found ? count(found.users) : null,
      unit: 'users',
      note: found ? sessions : 'not known',
      href: metricHref(filters, 'users.online'),
      ...stale,
    },
    {
      id: 'devices',
      label: 'Devices online',
      value: devices === undefined ? null : count(devices),
      note: found?.users ? `${((devices ?? 0) / found.users).toFixed(2)} a user` : 'nobody is there',
      href: metricHref(filters, 'devices.desktop'),
      ...stale,
      mark: undefined,
    },
  ]
}

function calls(props: LiveProps): LiveItem[] {
  const { data, context } = props
  const { deps, filters } = context
  const rate = shownOf(data.rate)
  return [
    {
      id: 'rate',
      label: 'API calls',
      value: rate ? count(rate.perMinute) : null,
      unit: '/min',
      note: rate
        ? `${count(rate.minutes.reduce((sum, minute) => sum + minute.calls, 0))} in the last hour`
        : 'not known',
      href: metricHref(filters, 'api.calls_per_minute'),
      ...staleMark(data.rate, deps),
    },
    reading(props, 'ai.requests_per_minute', {
      label: 'AI requests',
      unit: '/min',
      note: `${text(props, 'ai.requests_last_hour')} in the last hour`,
    }),
    reading(props, 'api.error_rate_last_hour', { label: 'Error rate, 1 h', note: 'of all calls' }),
  ]
}

function jobs(props: LiveProps): LiveItem[] {
  return [
    reading(props, 'jobs.latency_1m', {
      label: 'Job latency, 1 m',
      note: `15 m ${text(props, 'jobs.latency_15m')}, 1 h ${text(props, 'jobs.latency_1h')}`,
    }),
  ]
}

function reading(
  { data, context }: LiveProps,
  key: Reading,
  words: Pick<LiveItem, 'label' | 'unit' | 'note'>,
): LiveItem {
  const { deps, filters } = context
  const value = shownOf(data.readings)?.[key] ?? null
  return {
    id: key.replaceAll('.', '-'),
    ...words,
    value: value === null ? null : valueText(deps, key, value, 'tile'),
    href: metricHref(filters, key),
    mark: value === null ? undefined : limitMark(deps, key, value),
    ...staleMark(data.readings, deps),
  }
}

const text = ({ data, context }: LiveProps, key: Reading): string =>
  valueText(context.deps, key, shownOf(data.readings)?.[key], 'tile')

const count = (value = 0): string => value.toLocaleString('en-US')
