import { firingOf } from '../../../src/alerts/list.ts'
import { SEVERITIES, type StoredRule } from '../../../src/alerts/rule.ts'
import type { Card as Loaded } from '../../../src/lib/settle.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { daysBetween } from '../../../src/lib/time.ts'
import { formatChange, formatValue } from '../../../src/metrics/format.ts'
import { Tile, TileGrid } from '../../parts/index.ts'
import type { AlertsProps } from '../alerts.tsx'

const switchedOn = (rules: readonly StoredRule[]): string => {
  const on = rules.filter(({ rule }) => rule.enabled).length
  return on === rules.length ? 'checked every minute' : `${on} on`
}

/** How many, how often, how long. */
export const Tiles = ({ data, context: { filters, href } }: AlertsProps) => {
  const counts = shownOf(data.open)?.counts
  const stats = shownOf(data.stats)
  const rules = shownOf(data.rules)
  const days = daysBetween(filters.from, filters.to) + 1
  const bad = SEVERITIES.flatMap((severity) => {
    const n = counts?.[severity] ?? 0
    return n > 0 ? [`${n} ${severity}${severity === 'warning' && n > 1 ? 's' : ''}`] : []
  })
  const acks = { value: stats?.ackMs ?? null, previous: stats?.ackMsBefore ?? null }
  const fired = stats && { value: stats.fired, previous: stats.firedBefore }
  const ratio = ({ value, previous }: { value: number | null; previous: number | null }) =>
    value === null || !previous ? null : (value - previous) / previous
  const away = (one: Loaded<unknown>) =>
    one.state === 'degraded' ? { reason: one.reason, ...(one.at && { at: one.at }) } : undefined
  const history = href({ query: { tab: 'history', before: '', done: '' } })
  return (
    <div class="q-alert-tiles">
      <TileGrid>
        <Tile
          id="alerts-firing"
          label="Firing now"
          href={href({ query: { tab: 'firing', before: '', done: '' } })}
          value={counts ? String(firingOf(counts)) : null}
          gap={counts && (bad.join(', ') || 'all is well')}
          degraded={away(data.open)}
        />
        <Tile
          id="alerts-fired"
          label={`Fired, ${days} ${days === 1 ? 'day' : 'days'}`}
          href={history}
          value={fired ? String(fired.value) : null}
          change={fired && formatChange({ ...fired, change: ratio(fired) }, 'events', 'down')}
          base={fired ? String(fired.previous) : undefined}
          degraded={away(data.stats)}
        />
        <Tile
          id="alerts-ack"
          label="Median to acknowledge"
          href={history}
          value={acks.value === null ? null : formatValue(acks.value, 'ms', 'tile')}
          change={acks.value === null ? undefined : formatChange({ ...acks, change: ratio(acks) }, 'ms', 'down')}
          base={acks.previous === null ? undefined : formatValue(acks.previous, 'ms', 'tile')}
          gap={acks.value === null ? 'none was acknowledged' : undefined}
          degraded={away(data.stats)}
        />
        <Tile
          id="alerts-resolve"
          label="Median to resolve"
          href={history}
          value={stats?.resolveMs == null ? null : formatValue(stats.resolveMs, 'ms', 'tile')}
          gap={stats?.resolveMs == null ? 'none has ended' : 'from firing to its end'}
          degraded={away(data.stats)}
        />
        <Tile
          id="alerts-rules"
          label="Rules"
          href="#card-alert-rules"
          value={rules ? String(rules.length) : null}
          gap={rules && switchedOn(rules)}
          degraded={away(data.rules)}
        />
      </TileGrid>
    </div>
  )
}
