import { type Filters, filterQuery } from '../../../src/lib/filters.ts'
import { isHandbook, type MetricsData, SHOWS, type Show } from '../../../src/metric-page/list.ts'
import type { PageContext } from '../../../src/page.ts'
import { SearchField, Segments } from '../../parts/index.ts'

interface Props {
  data: MetricsData
  context: PageContext
}

/** Answers as one types, and with Enter where there is no script; the address is the view in both cases. */
const ASKS = {
  'hx-select': '#live',
  'hx-target': '#live',
  'hx-swap': 'outerHTML',
  'hx-sync': 'this:replace',
  'data-address': 'true',
} as const

/** Looks in all domains: what is typed is seldom in the one that is open. */
export const Search = ({ data, context }: Props) => (
  <search>
    <form
      class="q-actions q-find"
      method="get"
      action={context.path}
      hx-get={context.path}
      hx-trigger="input delay:200ms"
      {...ASKS}
    >
      <Kept filters={context.filters} query={{ view: context.query.view, show: context.query.show }} />
      <SearchField
        value={data.search}
        placeholder="Search all metrics: a name, a key, or what it is about"
        label="Search metrics"
      />
    </form>
  </search>
)

/** Which metrics, and what of them. */
export const Choices = ({ data, context }: Props) => {
  const { href } = context
  const shows = Object.entries(SHOWS) as [Show, string][]
  return (
    <div class="q-choices">
      <Segments
        name="Which metrics"
        items={[
          { label: 'All', href: href({ query: { show: '' } }), selected: data.show === undefined },
          ...shows.map(([show, label]) => ({ label, href: href({ query: { show } }), selected: data.show === show })),
        ]}
      />
      <Segments
        name="What is shown of the metrics"
        items={[
          { label: 'Values', href: href({ query: { view: '' } }), selected: !isHandbook(context) },
          { label: 'Definitions', href: href({ query: { view: 'definitions' } }), selected: isHandbook(context) },
        ]}
      />
    </div>
  )
}

/** The domains with how many metrics each has of what is asked for: a list beside the rows, a select on the phone. */
export const Index = ({ data, context }: Props) => {
  const { href, path, filters, query } = context
  const open = data.domain === 'all' ? 'all' : data.domain?.slug
  const first = data.search || data.show ? 'All domains' : 'Overview'
  return (
    <>
      <nav class="q-index" aria-label="Domains">
        <ul>
          <IndexItem label={first} count={data.found} href={href({ query: { domain: '' } })} selected={!open} />
          {data.index.map(({ domain: { slug, name }, count }) => (
            <IndexItem
              label={name}
              count={count}
              href={count > 0 ? href({ query: { domain: slug } }) : undefined}
              selected={open === slug}
            />
          ))}
          {!data.search && !data.show && (
            <IndexItem label="All on one page" href={href({ query: { domain: 'all' } })} selected={open === 'all'} />
          )}
        </ul>
      </nav>
      <form class="q-index-phone" method="get" action={path} hx-get={path} hx-trigger="change" {...ASKS}>
        <Kept filters={filters} query={{ view: query.view, show: query.show, q: query.q }} />
        <label class="q-sr" for="metrics-domain">
          Domain
        </label>
        <select class="form-select" id="metrics-domain" name="domain">
          <option value="">{`${first}, ${data.found}`}</option>
          {data.index.map(({ domain: { slug, name }, count }) => (
            <option value={slug} selected={open === slug} disabled={count === 0}>{`${name}, ${count}`}</option>
          ))}
        </select>
        <button class="q-btn" type="submit">
          Open
        </button>
      </form>
    </>
  )
}

interface ItemProps {
  label: string
  count?: number
  /** Absent = there is nothing. */
  href?: string
  selected: boolean
}

const IndexItem = ({ label, count, href, selected }: ItemProps) => (
  <li>
    <a href={href} class={href ? undefined : 'q-index-none'} aria-current={selected ? 'true' : undefined}>
      <span>{label}</span>
      {count !== undefined && <span class="q-num">{count}</span>}
    </a>
  </li>
)

/** What a form of its own has to keep of the address. */
const Kept = ({ filters, query }: { filters: Filters; query: Record<string, string | undefined> }) => {
  const own = Object.fromEntries(Object.entries(query).filter((one): one is [string, string] => Boolean(one[1])))
  return (
    <>
      {[...new URLSearchParams(filterQuery(filters, {}, own))].map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
}
