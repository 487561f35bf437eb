import { addsUp } from '../../../src/boards/kinds/define.ts'
import { type KindName, kindNames, kindOf } from '../../../src/boards/kinds/index.ts'
import type { Listed } from '../../../src/boards/metrics.ts'
import type { Board } from '../../../src/boards/read.ts'
import type { Metric } from '../../../src/metrics/metric.ts'
import { sentenceOf } from '../../../src/saved-queries/cards.ts'
import type { SavedQuery } from '../../../src/saved-queries/store.ts'
import { Empty, Icon, SearchField } from '../../parts/index.ts'

interface CatalogueProps {
  board: Board
  search: string
  found: Listed[]
  queries: SavedQuery[]
}

/** What can be put on a board: kinds without a metric, saved queries, and every metric in the forms that suit it. */
export const CardCatalogue = ({ board, search, found, queries }: CatalogueProps) => {
  const base = `/dashboard/boards/${board.slug}`
  return (
    <div class="q-catalogue">
      <search>
        <form
          class="q-actions"
          method="get"
          action={`${base}/add`}
          hx-get={`${base}/add`}
          hx-trigger="input delay:200ms"
          hx-target="#catalogue-found"
          hx-select="#catalogue-found"
          hx-swap="outerMorph"
          hx-sync="this:replace"
        >
          <SearchField
            class="w-auto flex-fill"
            value={search}
            placeholder="Search metrics and saved queries"
            label="Search metrics and saved queries"
          />
        </form>
      </search>
      <Plain base={base} />
      <div id="catalogue-found" class="q-catalogue-found">
        {queries.length > 0 && <Queries base={base} queries={queries} />}
        <Metrics base={base} found={found} search={search} />
      </div>
    </div>
  )
}

/** Kinds that need no metric. */
const Plain = ({ base }: { base: string }) => (
  <ul class="q-kinds">
    {kindNames
      .filter((name) => !('metric' in kindOf(name).fields) && !('metrics' in kindOf(name).fields))
      .map((name) => (
        <li>
          <a class="q-kind" href={`${base}/cards/new?kind=${name}`}>
            <Icon name={kindOf(name).icon} size={18} />
            <b>{kindOf(name).label}</b>
            <span>{kindOf(name).about}</span>
          </a>
        </li>
      ))}
  </ul>
)

const Queries = ({ base, queries }: { base: string; queries: SavedQuery[] }) => (
  <section class="q-card q-catalogue-group" aria-labelledby="catalogue-queries">
    <h2 id="catalogue-queries">Saved queries</h2>
    <ul>
      {queries.map((query) => (
        <li class="q-catalogue-row">
          <span class="q-catalogue-name">
            <b>{query.name}</b>
            <span class="q-catalogue-note">{sentenceOf(query)}</span>
          </span>
          <span class="q-actions">
            <a
              class="q-btn q-btn-small"
              href={`${base}/cards/new?query=${query.id}`}
              aria-label={`Add “${query.name}”`}
            >
              Add
            </a>
          </span>
        </li>
      ))}
    </ul>
  </section>
)

const Metrics = ({ base, found, search }: { base: string; found: Listed[]; search: string }) => {
  const domains = [...new Set(found.map(({ domain }) => domain))]
  if (found.length === 0)
    return (
      <section class="q-card q-board-empty">
        <Empty
          icon="search"
          title={`No metric matches “${search.slice(0, 60)}”`}
          text="Search looks at names, keys, definitions and formulas."
          link={{ label: 'Show all', href: `${base}/add` }}
        />
      </section>
    )
  return (
    <>
      {domains.map((domain) => (
        <section class="q-card q-catalogue-group" aria-labelledby={`catalogue-${domain}`}>
          <h2 id={`catalogue-${domain}`}>{DOMAIN_WORDS[domain] ?? domain.charAt(0).toUpperCase() + domain.slice(1)}</h2>
          <ul>
            {found
              .filter((one) => one.domain === domain)
              .map((one) => (
                <Row base={base} one={one} />
              ))}
          </ul>
        </section>
      ))}
    </>
  )
}

const DOMAIN_WORDS: Record<string, string> = { ai: 'AI', api: 'API', nats: 'NATS', custom: 'Custom metrics' }

const Row = ({ base, one: { key, metric } }: { base: string; one: Listed }) => (
  <li class="q-catalogue-row">
    <span class="q-catalogue-name">
      <b>{metric.label}</b> <code>{key}</code>
      <span class="q-catalogue-note">{metric.definition}</span>
    </span>
    <span class="q-actions">
      {kindsFor(metric).map((kind) => (
        <a
          class="q-btn q-btn-small"
          href={`${base}/cards/new?kind=${kind}&metric=${encodeURIComponent(key)}`}
          aria-label={`${kindOf(kind).label}: ${metric.label}`}
        >
          <Icon name={kindOf(kind).icon} size={14} />
          {kindOf(kind).label}
        </a>
      ))}
    </span>
  </li>
)

/** The forms that suit a metric. */
function kindsFor({ kind, by, unit, ...metric }: Metric): KindName[] {
  const all: [KindName, boolean][] = [
    ['tile', true],
    ['chart', true],
    ['breakdown', by.length > 0],
    ['table', true],
    ['gauge', unit === 'percent' || unit === 'score' || metric.warn !== undefined],
    ['rows', kind !== 'live' && (addsUp({ kind, by, unit, ...metric } as Metric) || kind === 'ratio')],
  ]
  return all.flatMap(([name, suits]) => (suits ? [name] : []))
}
