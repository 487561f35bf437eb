import { allUsersHere } from '../../../src/all-users.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { changeOf, valueText } from '../../../src/metric-view.ts'
import { FACTORS, factorState } from '../../../src/overview/health.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, Gauge } from '../../parts/index.ts'
import type { OverviewProps } from '../overview.tsx'

/** Where the word changes. */
const TICKS: [number, number] = [70, 90]

/** Uptime × calls without error × speed, of the last 24 hours. */
export const HealthCard = ({ data, context }: OverviewProps) => {
  const { deps, filters } = context
  const health = shownOf(data.health)
  const value = health?.now.score ?? null
  const row = (label: string, factor: keyof typeof FACTORS) => ({
    label,
    value: valueText(deps, FACTORS[factor], health?.now[factor], 'table'),
    tone: toneOf(factorState(deps, factor, health?.now[factor] ?? null)),
    href: metricHref(filters, FACTORS[factor]),
  })
  const p95 = health?.now.p95
  return (
    <Card
      id="health"
      allUsers={allUsersHere(filters)}
      title="Platform health"
      sub="last 24 h"
      menu={{ metric: metricHref(filters, 'system.health') }}
      state={cardState(data.health, deps.now(), () =>
        health && Object.values(health.now).every((one) => one === null)
          ? emptyState(deps, 'probes', 'Not known yet')
          : undefined,
      )}
    >
      <Gauge
        value={value}
        text={value === null ? '—' : valueText(deps, 'system.health', value, 'tile')}
        {...wordOf(value)}
        change={health && value !== null ? changeOf('system.health', health.change) : undefined}
        base={
          health?.change.previous == null ? undefined : valueText(deps, 'system.health', health.change.previous, 'tile')
        }
        ticks={TICKS}
        rows={[
          row('Uptime', 'uptime'),
          row('Calls without error', 'success'),
          row(p95 == null ? 'Speed' : `Speed, p95 ${valueText(deps, 'api.latency_p95', p95, 'table')}`, 'speed'),
        ]}
      />
    </Card>
  )
}

function toneOf(state: string | undefined): 'warn' | 'crit' | undefined {
  return state === 'warn' || state === 'crit' ? state : undefined
}

function wordOf(value: number | null): { word: string; tone: 'good' | 'warn' | 'crit' | 'plain' } {
  if (value === null) return { word: 'Not known', tone: 'plain' }
  if (value >= TICKS[1]) return { word: 'Healthy', tone: 'good' }
  return value >= TICKS[0] ? { word: 'Strained', tone: 'warn' } : { word: 'Unhealthy', tone: 'crit' }
}
