import {
  BACKFILL_PATH,
  type Backfill,
  type BackfillDays,
  formValues,
  loadDays,
  loadRuns,
  planText,
  whyNoBackfill,
} from '../../src/backfill/load.ts'
import { cardState } from '../../src/card-state.ts'
import { filterQuery } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Card, Grid, Stack } from '../parts/index.ts'
import { BackfillForm } from './backfill/form.tsx'
import { Aged, Ended } from './backfill/notes.tsx'
import { RunningCard, RunsCard } from './backfill/runs.tsx'

interface Data {
  found: Loaded<BackfillDays>
  runs: Loaded<Backfill[]>
  plan: string | undefined
}

/** Stored days computed anew: which, how far it is, and what was done. */
export default definePage<Data>({
  path: BACKFILL_PATH,
  under: '/dashboard/metrics',
  title: 'Backfill',
  group: 'Work',
  order: 43,
  role: 'viewer',
  every: 1,
  params: ['from', 'to', 'metric', 'rebuild', 'run', 'told'],
  filters: 'none',
  load: loadPage,
  frame: ({ context: { filters } }) => ({
    crumbs: [{ label: 'Metrics', href: `/dashboard/metrics${filterQuery(filters)}` }],
  }),
  View: ({ data, context, live }) => {
    const found = shownOf(data.found)
    const values = formValues({ days: found?.days }, context.query)
    const columns = [
      <Stack span={6}>
        <Card
          id="backfill"
          title="Backfill"
          sub="stored days, computed anew"
          state={cardState(data.found, context.deps.now())}
        >
          <BackfillForm
            days={found?.days}
            values={values}
            plan={data.plan}
            off={whyNoBackfill(context.deps, context.admin)}
          />
        </Card>
        <WhenCard {...values} />
      </Stack>,
      <Stack span={6}>{live}</Stack>,
    ]
    // Whoever comes while one runs sees first how far it is, on a phone too.
    const isRunning = shownOf(data.runs)?.some(({ state }) => state === 'running')
    return <Grid>{isRunning ? columns.toReversed() : columns}</Grid>
  },
  Live: ({ data: { found, runs }, context }) => (
    <div class="q-stack">
      <Aged aged={shownOf(found)?.aged} today={context.filters.today} />
      <Ended runs={shownOf(runs) ?? []} context={context} />
      <RunningCard runs={shownOf(runs) ?? []} context={context} />
      <RunsCard runs={shownOf(runs) ?? []} context={context} />
    </div>
  ),
})

/** What costs more than a run's progress is asked again when a run begins or ends, and by the minute. */
async function loadPage(context: PageContext): Promise<Data> {
  const { deps, query } = context
  // What was just started is there at once.
  const runs = await card(context, 'backfill-runs', () => loadRuns(deps), { key: `${query.run} ${query.told}` })
  const newest = shownOf(runs)?.[0]
  const slow = { slow: true, key: `${newest?.id} ${newest?.state}` }
  const found = await card(context, 'backfill', () => loadDays(deps), slow)
  const { metric, ...values } = formValues({ days: shownOf(found)?.days }, query)
  const asked = { ...values, ...(metric && { metric }) }
  const plan =
    asked.from && asked.to
      ? await card(context, 'backfill-plan', () => planText(deps, asked), {
          ...slow,
          key: `${slow.key} ${JSON.stringify(asked)}`,
        })
      : undefined
  return { found, runs, plan: plan && shownOf(plan) }
}

const WhenCard = ({ from, to, metric, rebuild }: ReturnType<typeof formValues>) => (
  <Card id="when" title="When it is needed">
    <p>
      Closed days are stored once a night, and again when facts come late for them. A metric whose definition or setting
      changed keeps its stored days as they are: its page says which those are, until they are backfilled.
    </p>
    <p>The same at a terminal, with a progress bar:</p>
    <pre class="q-pre" tabindex={0}>
      {[
        `quarterdeck backfill --from ${from || 'DAY'} --to ${to || 'DAY'}`,
        metric && `--metric ${metric}`,
        rebuild && '--rebuild',
      ]
        .filter(Boolean)
        .join(' ')}
    </pre>
  </Card>
)
