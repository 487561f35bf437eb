import {
  BACKFILL_PATH,
  type BackfillData,
  formValues,
  loadBackfill,
  planText,
  whyNoBackfill,
} from '../../src/backfill/load.ts'
import { cardState } from '../../src/card-state.ts'
import { filterQuery } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Card, Grid, Note, Stack } from '../parts/index.ts'
import { BackfillForm } from './backfill/form.tsx'
import { RunningCard, RunsCard } from './backfill/runs.tsx'

interface Data {
  found: Loaded<BackfillData>
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
  every: 2,
  params: ['from', 'to', 'metric', 'rebuild', 'done'],
  filters: 'none',
  load: loadPage,
  frame: ({ context: { filters } }) => ({
    crumbs: [{ label: 'Metrics', href: `/dashboard/metrics${filterQuery(filters)}` }],
  }),
  View: ({ data, context, live }) => {
    const found = shownOf(data.found)
    return (
      <div class="q-flow">
        {Object.hasOwn(DONE, context.query.done ?? '') && <Note tone="info">{DONE[context.query.done ?? '']}</Note>}
        <Grid>
          <Stack span={6}>
            <Card
              id="backfill"
              title="Backfill"
              sub="stored days, computed anew"
              state={cardState(data.found, context.deps.now())}
            >
              <BackfillForm
                days={found?.days}
                values={formValues({ days: found?.days }, context.query)}
                plan={data.plan}
                off={whyNoBackfill(context.deps, context.admin)}
              />
            </Card>
            <WhenCard />
          </Stack>
          <Stack span={6}>{live}</Stack>
        </Grid>
      </div>
    )
  },
  Live: ({ data: { found }, context }) => (
    <div class="q-stack">
      <Aged data={found} />
      <RunningCard runs={shownOf(found)?.runs ?? []} context={context} />
      <RunsCard runs={shownOf(found)?.runs ?? []} context={context} />
    </div>
  ),
})

const DONE: Record<string, string> = {
  started: 'The backfill has begun.',
  cancelled: 'The backfill ends after the days it is at.',
  over: 'That run had ended already.',
}

async function loadPage(context: PageContext): Promise<Data> {
  const { deps, query } = context
  const found = await card(context, 'backfill', () => loadBackfill(deps))
  const values = formValues({ days: shownOf(found)?.days }, query)
  const plan =
    values.from && values.to
      ? await planText(deps, { ...values, metric: values.metric || undefined }).catch(() => undefined)
      : undefined
  return { found, plan }
}

/** What an older definition made, with the way to have it computed anew. */
const Aged = ({ data }: { data: Loaded<BackfillData> }) => {
  const aged = shownOf(data)?.aged
  if (!aged) return null
  const { keys, from, to, days, rebuild } = aged
  const href = `${BACKFILL_PATH}?${new URLSearchParams({ from, to, ...(rebuild && { rebuild: '1' }) })}`
  return (
    <Note tone="warn">
      {`${keys.length} ${keys.length === 1 ? 'metric has' : 'metrics have'} stored days that an older definition computed: ${days} between ${from} and ${to}. `}
      <a href={href}>Backfill those days</a>
    </Note>
  )
}

const WhenCard = () => (
  <Card id="when" title="When it is needed">
    <p>
      Closed days are stored once a night, and again when facts come late for them. A metric whose definition or setting
      changed keeps its stored days as they are: its page says from when the new one holds, until they are backfilled.
    </p>
    <p>
      The same from a terminal, with a progress bar: <code class="q-code">quarterdeck backfill --from … --to …</code>
    </p>
  </Card>
)
