import { PRODUCT_PATH } from '../../src/actions/paths.ts'
import { cardOfProduct, type ToldProduct } from '../../src/actions/product/read.ts'
import { productVersion } from '../../src/actions/product/version.ts'
import { type ActionRun, runsAbout } from '../../src/actions/runs.ts'
import { loadSubject } from '../../src/actions/subject.ts'
import { cardState } from '../../src/card-state.ts'
import { MAIN_APP } from '../../src/connectors/rest-client.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Grid, Icon, Stack } from '../parts/index.ts'
import { RunsCard } from './action/runs.tsx'
import { FlagsCard } from './product/flags.tsx'
import { LimitsCard } from './product/limits.tsx'
import { MaintenanceCard } from './product/maintenance.tsx'

export interface ProductData {
  told: Loaded<ToldProduct>
  runs: Loaded<ActionRun[]>
}

export interface ProductProps {
  data: ProductData
  context: PageContext
}

const RUNS_SHOWN = 10

/** What is set for the whole product, as its own API tells it, and the actions that change it. */
export default definePage<ProductData>({
  path: PRODUCT_PATH,
  under: '/dashboard/settings',
  title: 'Product controls',
  group: 'Work',
  order: 81,
  role: 'operator',
  every: 30,
  personal: () => String(productVersion()),
  filters: 'none',
  load: async (context) => {
    const { deps, admin } = context
    const subject = await loadSubject(deps, admin, 'product', '')
    const key = String(productVersion())
    const [told, runs] = await Promise.all([
      card(context, 'product', () => cardOfProduct(deps), { key, source: MAIN_APP }),
      card(context, 'product-runs', () => runsAbout(deps, subject, RUNS_SHOWN), { key }),
    ])
    return { told, runs }
  },
  frame: () => ({
    crumbs: [{ label: 'Settings', href: '/dashboard/settings' }],
    actions: (
      <a class="q-btn" href="/dashboard/docs/actions#product">
        <Icon name="bulb" />
        Help
      </a>
    ),
  }),
  Live: (props) => (
    <Grid>
      <Stack span={12}>
        <MaintenanceCard {...props} />
        <FlagsCard {...props} />
        <LimitsCard {...props} />
        <Runs {...props} />
      </Stack>
    </Grid>
  ),
})

const Runs = ({ data: { runs }, context: { deps, filters } }: ProductProps) => (
  <RunsCard
    runs={shownOf(runs) ?? []}
    about="product"
    state={cardState(runs, deps.now())}
    today={filters.today}
    timeZone={deps.config.timeZone}
  />
)
