import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { type Card as Loaded, shownOf } from '../../../src/lib/settle.ts'
import type { Domain } from '../../../src/metric-page/domains.ts'
import type { MetricsData } from '../../../src/metric-page/list.ts'
import { changeIn, markOf, type Summaries, shownValue, valueText } from '../../../src/metric-view.ts'
import { metricHref, type PageContext } from '../../../src/page.ts'
import { Card, Change, Note, StateMark } from '../../parts/index.ts'
import { UnitWord } from './unit-word.tsx'

interface Props {
  data: MetricsData
  context: PageContext
}

/** The first view: what each domain is about, with the numbers that stand for it. */
export const Domains = ({ data, context }: Props) => (
  <div class="q-domains">
    <Standing {...data.heads} />
    {data.index
      .filter(({ count }) => count > 0)
      .map(({ domain, count }) => (
        <Card
          id={`domain-${domain.slug}`}
          title={domain.name}
          sub={domain.about}
          link={{ label: `All ${count}`, href: context.href({ query: { domain: domain.slug } }) }}
        >
          <Heads domain={domain} data={data} context={context} />
        </Card>
      ))}
  </div>
)

/** Said once, and not by each of the cards: their numbers are one answer. */
const Standing = (card: Partial<Loaded<Summaries>>) => {
  if (card.state === 'error') return <Note tone="crit">{`The numbers failed, request ${card.requestId}.`}</Note>
  if (card.state !== 'degraded') return null
  return (
    <Note tone="warn">{`${card.lastGood ? 'These are the last good numbers' : 'No numbers yet'}: ${card.reason}`}</Note>
  )
}

const Heads = ({ domain, data, context: { deps, filters } }: Props & { domain: Domain }) => {
  const numbers = data.heads && shownOf(data.heads)
  if (domain.heads.length === 0) return <p class="q-ink-2">{domain.about}</p>
  return (
    <dl class="q-heads">
      {domain.heads.map((key) => {
        const found = numbers?.[key]
        const value = found && shownValue(found)
        const { label, unit } = catalogueOf(deps).of(key)
        return (
          <div id={`head-${key.replace('.', '-')}`}>
            <dt>
              <a href={metricHref(filters, key)}>{label}</a>
            </dt>
            <dd>
              <StateMark mark={found && markOf(deps, found)} />
              <span>
                <b class="q-num">{valueText(deps, key, value, 'tile')}</b>
                <UnitWord value={value} unit={unit} />
              </span>
              {found && filters.compare !== 'none' && <Change {...changeIn(deps, key, found)} />}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
