import { loadAnnotations } from '../annotations/on-charts.ts'
import type { Annotation } from '../annotations/read.ts'
import healthScores from '../jobs/health-scores.ts'
import { type RunView, runsOf } from '../jobs/runs.ts'
import { peopleOf } from '../lib/filters.ts'
import { type Card, shownOf } from '../lib/settle.ts'
import type { Day } from '../lib/time.ts'
import type { Summaries } from '../metric-view.ts'
import { summary } from '../metrics/query.ts'
import { card, type PageContext } from '../page.ts'
import { type Backtest, type Outcome, readBacktests } from './backtest.ts'
import {
  type Bands,
  type HealthState,
  RISKY,
  type Risky,
  readAtRisk,
  readBands,
  readLines,
  readMovers,
  readState,
} from './read.ts'
import { freshHealthRules, type HealthRules } from './rules.ts'
import { healthRunsVersion } from './start.ts'
import type { HealthRow } from './types.ts'

export type Lines = Map<string, { day: Day; score: number }[]>
export interface AtRisk {
  total: number
  rows: HealthRow[]
  lines: Lines
}
/** The same for the Overview, with what it takes to say why. */
export interface AtRiskGlance extends AtRisk {
  state: HealthState | undefined
  rules: HealthRules
}
export interface Movers {
  fell: HealthRow[]
  rose: HealthRow[]
}

export interface HealthPage {
  rules: HealthRules
  state: Card<HealthState | undefined>
  run: Card<RunView | undefined>
  bands: Card<Bands>
  movers: Card<Movers>
  atRisk: Card<AtRisk>
  trend: Card<Summaries>
  backtests: Card<Partial<Record<Outcome, Backtest>>>
  annotations: Card<Annotation[]>
}

export const TREND = ['health.users_churning', 'health.users_at_risk', 'health.users_healthy'] as const
const MOVERS = 8
const AT_RISK = 25
const AT_RISK_GLANCE = 5

/** What the address asks the list for: one of the bands, or both. */
export const riskyOf = (band: string | undefined): readonly Risky[] => {
  const one = RISKY.find((name) => name === band)
  return one ? [one] : RISKY
}

/** All cards of the page. Scores change once a night: until then what was read of them is kept for a minute. */
export async function loadHealthPage(context: PageContext): Promise<HealthPage> {
  const { deps, filters, query } = context
  const [rules, state, run] = await Promise.all([
    freshHealthRules(deps),
    card(context, 'health-state', () => readState(deps)),
    card(context, 'health-run', async () => (await runsOf(deps.db.sql, healthScores.name, 1))[0], {
      key: String(healthRunsVersion()),
    }),
  ])
  const kept = { slow: true, key: versionOf(state) }
  const risky = riskyOf(query.band)
  const { from, to } = filters
  const [bands, movers, atRisk, trend, backtests, annotations] = await Promise.all([
    card(context, 'health-bands', () => readBands(deps, filters), kept),
    card(context, 'health-movers', () => readBothMovers(context), kept),
    card(context, 'health-risk', () => loadAtRisk(context, risky, AT_RISK), {
      ...kept,
      key: `${kept.key} ${risky.join()}`,
    }),
    card(context, 'health-trend', () => summary(deps, TREND, { ...peopleOf(filters), from, to, compare: 'none' }), {
      folded: true,
    }),
    card(context, 'health-backtests', () => readBacktests(deps, filters.scope), kept),
    loadAnnotations(context),
  ])
  return { rules, state, run, bands, movers, atRisk, trend, backtests, annotations }
}

/** For the Overview: those to look at first. */
export function loadAtRiskGlance(context: PageContext): Promise<Card<AtRiskGlance>> {
  return card(
    context,
    'health-glance',
    async () => ({
      ...(await loadAtRisk(context, RISKY, AT_RISK_GLANCE)),
      state: await readState(context.deps),
      rules: await freshHealthRules(context.deps),
    }),
    { slow: true },
  )
}

const versionOf = (state: Card<HealthState | undefined>): string => shownOf(state)?.computed_at.toISOString() ?? ''

async function loadAtRisk({ deps, filters }: PageContext, bands: readonly Risky[], limit: number): Promise<AtRisk> {
  const found = await readAtRisk(deps, filters, bands, limit)
  return { ...found, lines: await readLines(deps, found.rows) }
}

async function readBothMovers({ deps, filters }: PageContext): Promise<Movers> {
  const [fell, rose] = await Promise.all([
    readMovers(deps, filters, 'fell', MOVERS),
    readMovers(deps, filters, 'rose', MOVERS),
  ])
  return { fell, rose }
}
