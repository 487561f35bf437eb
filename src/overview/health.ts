import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { metricOf } from '../metrics/catalogue.ts'
import { type HealthReading, readHealth } from '../metrics/health.ts'
import { changeOf, type Summary, stateOf } from '../metrics/query.ts'

/** The last 24 hours, and how their score differs from that of the 24 hours before. */
export interface Health {
  now: HealthReading
  change: Pick<Summary, 'value' | 'previous' | 'change'>
}

const DAY_MS = 86_400_000

/** The keys whose limits colour the factors. */
export const FACTORS = {
  uptime: 'system.uptime',
  success: 'api.success_rate',
  speed: 'system.speed',
} as const

/** Score and factors of one and the same 24 hours, so that they multiply to it. */
export async function loadHealth(deps: Deps, scope: string): Promise<Health> {
  const now = deps.now()
  const [last, before] = await Promise.all([
    readHealth(deps, scope, now),
    readHealth(deps, scope, new Date(now.getTime() - DAY_MS)),
  ])
  const [value, previous] = [last.score, before.score]
  return { now: last, change: { value, previous, change: changeOf(metricOf('system.health'), value, previous) } }
}

/** Whether a factor is as it should be, by the limits of its metric. */
export const factorState = (deps: Pick<Deps, 'db'>, factor: keyof typeof FACTORS, value: number | null) =>
  stateOf(catalogueOf(deps).of(FACTORS[factor]), value)
