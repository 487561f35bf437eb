import { cardState } from '../../src/card-state.ts'
import { dayLabel } from '../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { today } from '../../src/lib/time.ts'
import { formatValue } from '../../src/metrics/format.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { PRICE_FIELDS } from '../../src/prices/form.ts'
import { PRICES_PATH } from '../../src/prices/paths.ts'
import { type ListedPrice, listPrices } from '../../src/prices/store.ts'
import { pricesVersion } from '../../src/prices/version.ts'
import { whyNotSettings } from '../../src/settings/who.ts'
import { Badge, Card, DataTable, Grid, Note, Stack, TwoLines } from '../parts/index.ts'
import { PriceForm } from './prices/form.tsx'

type Prices = Loaded<ListedPrice[]>

/** What models cost, each price from its day on, and the form that enters one. */
export default definePage<Prices>({
  path: PRICES_PATH,
  under: '/dashboard/settings',
  title: 'Model prices',
  group: 'Work',
  order: 83,
  role: 'viewer',
  personal: () => String(pricesVersion()),
  params: ['saved', 'bad', 'why', ...PRICE_FIELDS],
  filters: 'none',
  load: (context) => card(context, 'prices', () => listPrices(context.deps), { key: String(pricesVersion()) }),
  frame: () => ({ freshness: undefined, crumbs: [{ label: 'Settings', href: '/dashboard/settings' }] }),
  Live: ({ data, context }) => {
    const { deps, admin, query } = context
    return (
      <div class="q-flow">
        {query.saved && <Note tone="info">{SAVED[query.saved] ?? 'Saved.'}</Note>}
        <Grid>
          <Stack span={8}>
            <List data={data} context={context} />
          </Stack>
          <Stack span={4}>
            <Card id="price-form" title="Enter a price" sub={`in ${deps.config.currency}`}>
              <PriceForm typed={query} today={today(deps.now(), 'UTC')} off={whyNotSettings(deps, admin)} />
            </Card>
          </Stack>
        </Grid>
      </div>
    )
  },
})

const SAVED: Record<string, string> = {
  entered: 'The price is entered: all processes go by it within a minute.',
  replaced: 'The price of that day is replaced: all processes go by it within a minute.',
}

const List = ({ data, context: { deps, filters } }: { data: Prices; context: PageContext }) => {
  const prices = shownOf(data) ?? []
  const { currency } = deps.config
  const now = today(deps.now(), 'UTC')
  const holding = new Set<string>()
  return (
    <Card
      id="prices"
      title="Prices"
      sub="of a million tokens, or of an hour; the newest first"
      flush
      state={cardState(data, deps.now())}
    >
      <div class="q-rows-window">
        <DataTable
          id="prices"
          caption="Prices of models"
          rowHeight={44}
          empty="There are no prices: what calls cost is unknown unless they say it themselves."
          columns={[
            { key: 'model', label: 'Model' },
            { key: 'since', label: 'From' },
            { key: 'input', label: 'In', number: true },
            { key: 'output', label: 'Out', number: true },
            { key: 'cached', label: 'Cached in', number: true, wide: true },
            { key: 'source', label: 'Source', muted: true, wide: true },
          ]}
          rows={prices.map((price) => {
            const name = `${price.provider}\n${price.model}`
            const holds = price.since <= now && !holding.has(name)
            if (holds) holding.add(name)
            const amount = (value: number | null) =>
              value === null ? '—' : formatValue(value, 'money', 'table', price.currency)
            const foreign = price.currency.toUpperCase() !== currency.toUpperCase()
            return {
              cells: {
                model: <TwoLines title={price.model} sub={price.provider || 'any provider'} />,
                since: (
                  <TwoLines
                    title={dayLabel(price.since, filters.today)}
                    sub={holds ? 'holds now' : price.since > now ? 'still to come' : 'before'}
                  />
                ),
                input: price.per_hour === null ? amount(price.input_per_mtok) : `${amount(price.per_hour)} an hour`,
                output: amount(price.output_per_mtok),
                cached: amount(price.cached_input_per_mtok),
                source: foreign ? <Badge tone="warn" text={`not in ${currency}: unknown`} /> : (price.note ?? '—'),
              },
            }
          })}
          json={{ label: 'JSON', href: '/api/model-prices' }}
          note="A price holds for calls that come in from its day on; what calls have cost is never changed."
        />
      </div>
    </Card>
  )
}
