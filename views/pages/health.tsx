import { FLAGS_PARAM } from '../../src/annotations/on-charts.ts'
import { type HealthPage, loadHealthPage } from '../../src/health/load.ts'
import { HEALTH_PATH, healthRunsVersion, whyNotRecalculate } from '../../src/health/start.ts'
import { shownOf } from '../../src/lib/settle.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { Grid, Icon, Note } from '../parts/index.ts'
import { AtRiskCard } from './health/at-risk.tsx'
import { BacktestCard } from './health/backtest.tsx'
import { BandsCard, DistributionCard, TrendCard } from './health/bands.tsx'
import { MadeOfCard } from './health/made-of.tsx'
import { FellCard, RoseCard } from './health/movers.tsx'
import { LastRunNote, RunningCard } from './health/run.tsx'

export interface HealthProps {
  data: HealthPage
  context: PageContext
}

/** How users are doing, who needs a look, and whether the score is worth anything. */
export default definePage<HealthPage>({
  path: HEALTH_PATH,
  title: 'Health',
  group: 'People',
  order: 30,
  icon: 'heartbeat',
  key: 'H',
  role: 'viewer',
  every: 5,
  personal: () => String(healthRunsVersion()),
  params: ['band', 'told', FLAGS_PARAM],
  filters: 'people',
  load: loadHealthPage,
  frame: ({ data, context }) => ({
    exports: [
      { label: 'Scores, CSV', href: `/exports/health.csv${tenantQuery(context)}` },
      { label: 'Scores, JSON', href: `/api/health/users${tenantQuery(context)}` },
      { label: 'This page, JSON', href: `/api/health${tenantQuery(context)}` },
    ],
    actions: <Recalculate data={data} context={context} />,
  }),
  // It is off while one runs, and on again after.
  Aside: (props) => (
    <hx-partial hx-target="#recalculate" hx-swap="outerMorph">
      <Recalculate {...props} />
    </hx-partial>
  ),
  View: ({ context, live }) => (
    <div class="q-flow">
      {context.query.told === 'busy' && (
        <Note tone="info">A recalculation is under way already; this one is shown below.</Note>
      )}
      {live}
    </div>
  ),
  Live: (props) => (
    <div class="q-flow">
      <RunningCard {...props} />
      <LastRunNote {...props} />
      <OtherWeights {...props} />
      <Grid>
        <BandsCard {...props} />
        <DistributionCard {...props} />
        <AtRiskCard {...props} />
        <FellCard {...props} />
        <RoseCard {...props} />
        <TrendCard {...props} />
        <MadeOfCard {...props} />
        <BacktestCard {...props} />
      </Grid>
    </div>
  ),
})

/** Files know tenants only. */
export function tenantQuery({ filters }: PageContext, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...(filters.tenant !== undefined && { tenant: filters.tenant }), ...more })
  return query.size > 0 ? `?${query}` : ''
}

const Recalculate = ({ data, context: { deps, admin } }: HealthProps) => {
  const runs = shownOf(data.run)?.state === 'running'
  const off = whyNotRecalculate(deps, admin) ?? (runs ? 'A recalculation is under way.' : undefined)
  return (
    <form id="recalculate" method="post" action={`${HEALTH_PATH}/recalculate`}>
      <button type="submit" class="q-btn" disabled={off !== undefined} title={off ?? 'Score all users anew'}>
        <Icon name="refresh" />
        Recalculate
      </button>
    </form>
  )
}

/** Since the last night somebody changed what a score is made of. */
const OtherWeights = ({ data, context }: HealthProps) => {
  const state = shownOf(data.state)
  if (!state || state.rules === data.rules.id) return null
  const next = whyNotRecalculate(context.deps, context.admin) ? 'tonight' : 'tonight, or now with “Recalculate”'
  return (
    <Note tone="warn">{`The settings of the score have changed since it was computed. It is made by them ${next}.`}</Note>
  )
}
