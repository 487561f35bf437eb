import { cardState } from '../../src/card-state.ts'
import { dayLabel } from '../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { addDays } from '../../src/lib/time.ts'
import { formatValue } from '../../src/metrics/format.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { whyNotRates } from '../../src/rates/form.ts'
import { type Rate, readRates } from '../../src/rates/store.ts'
import { type Unconverted, unconverted } from '../../src/rates/unconverted.ts'
import { Card, DataTable, Grid, Note, Stack } from '../parts/index.ts'
import { RatesForm } from './rates/form.tsx'

interface Data {
  rates: Loaded<Rate[]>
  left: Loaded<Unconverted[]>
}

/** Rows shown; the JSON has all of them. */
const ROWS = 200

/** The rates to the reporting currency, what has none, and the form to enter them. */
export default definePage<Data>({
  path: '/dashboard/rates',
  under: '/dashboard/settings',
  title: 'Exchange rates',
  group: 'Work',
  order: 81,
  role: 'viewer',
  params: ['saved'],
  filters: 'none',
  load: async (context) => {
    const { deps, filters } = context
    const days = { scope: filters.scope, from: addDays(filters.today, -29), to: filters.today }
    const [rates, left] = await Promise.all([
      // What was just saved is there at once.
      card(context, 'rates', () => readRates(deps, { limit: ROWS + 1 }), { key: context.query.saved ?? '' }),
      card(context, 'rates-left', () => unconverted(deps, days), { key: context.query.saved ?? '' }),
    ])
    return { rates, left }
  },
  frame: () => ({ crumbs: [{ label: 'Settings', href: '/dashboard/settings' }] }),
  View: ({ context: { deps, admin, query, filters }, live }) => (
    <div class="q-flow">
      {query.saved && (
        <Note tone="info">
          {query.saved === '1' ? 'The rate is saved.' : `${query.saved} rates are saved.`} What they concern is
          converted.
        </Note>
      )}
      <Grid>
        <Stack span={8}>{live}</Stack>
        <Stack span={4}>
          <Card id="rates-form" title="Enter rates" sub={`what one unit is worth in ${deps.config.currency}`}>
            <RatesForm currency={deps.config.currency} today={filters.today} off={whyNotRates(deps, admin)} />
          </Card>
        </Stack>
      </Grid>
    </div>
  ),
  Live: ({ data, context }) => (
    <>
      <Left found={data.left} context={context} />
      <List found={data.rates} context={context} />
    </>
  ),
})

const Left = ({ found, context: { deps } }: { found: Loaded<Unconverted[]>; context: PageContext }) => {
  const rows = shownOf(found) ?? []
  if (found.state === 'filled' && rows.length === 0) return null
  return (
    <Card
      id="rates-left"
      title="Not converted"
      sub="money without a rate, in no metric"
      flush
      state={cardState(found, deps.now())}
    >
      <DataTable
        id="rates-left"
        caption="Money that is not converted"
        columns={[
          { key: 'currency', label: 'Currency', strong: true },
          { key: 'what', label: 'What' },
          { key: 'n', label: 'How many', number: true },
          { key: 'amount', label: 'Amount', number: true },
        ]}
        rows={rows.map(({ currency, what, n, amount }) => ({
          cells: { currency, what: WORDS[what], n: String(n), amount: formatValue(amount, 'money', 'table', currency) },
        }))}
      />
    </Card>
  )
}

const WORDS: Record<Unconverted['what'], string> = {
  customers: 'customers, MRR now',
  payments: 'payments, 30 days',
  invoices: 'invoices issued, 30 days',
  'campaign costs': 'campaign costs, 30 days',
}

const List = ({ found, context: { deps, filters } }: { found: Loaded<Rate[]>; context: PageContext }) => {
  const rows = shownOf(found) ?? []
  return (
    <Card
      id="rates"
      title="Rates"
      sub={`to ${deps.config.currency}, the newest first`}
      flush
      state={cardState(found, deps.now())}
    >
      <DataTable
        id="rates"
        caption="Exchange rates"
        columns={[
          { key: 'currency', label: 'Currency', strong: true },
          { key: 'day', label: 'Holds from' },
          { key: 'rate', label: 'Rate', number: true },
          { key: 'source', label: 'Source', muted: true, wide: true },
          { key: 'updated', label: 'Changed', muted: true, wide: true },
        ]}
        rows={rows.slice(0, ROWS).map(({ currency, day, rate, source, updated_at }) => ({
          cells: {
            currency,
            day: dayLabel(day, filters.today),
            rate,
            source,
            updated: dayLabel(updated_at.slice(0, 10), filters.today),
          },
        }))}
        empty={`No rates yet: money in other currencies than ${deps.config.currency} is in no metric. Enter the first one below, or send it to PUT /api/exchange-rates.`}
        json={{ label: 'JSON', href: '/api/exchange-rates' }}
        note={rows.length > ROWS ? `the newest ${ROWS}` : undefined}
      />
    </Card>
  )
}
