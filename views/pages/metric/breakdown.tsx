import { allUsersText } from '../../../src/all-users.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { exportQuery } from '../../../src/lib/filters.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { changeIn as changeBetween, columnTexts } from '../../../src/metric-view.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { changeOf as changeIn, type Group, type Series, type Summary } from '../../../src/metrics/query.ts'
import { factsOf } from '../../../src/metrics/source.ts'
import { isUnpriced, valueName } from '../../../src/metrics/value-name.ts'
import { metricHref, rowsHref } from '../../../src/page.ts'
import { Card, Change, DataTable, Segments, Share, Sparkline } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

/** Where the calls are whose cost is unknown. */
const UNPRICED = 'ai.cost_unknown_calls'
/** What a breakdown shows before it says "and n more". */
const GROUPS_SHOWN = 25

/** The number by one of its dimensions; shares only where the groups add up to it. */
export const BreakdownCard = (props: MetricProps) => {
  const { key, by, breakdown } = props.data
  if (!by || !breakdown) return null
  const { deps, filters, href } = props.context
  const metric = catalogueOf(deps).of(key)
  const found = shownOf(breakdown)
  const query = exportQuery(filters, { metrics: key, by, compare: filters.compare })
  return (
    <Card
      id="breakdown"
      title="Breakdown"
      allUsers={allUsersText(found?.now.ignored, filters)}
      flush={!!found?.now.groups?.length}
      tools={
        <Segments
          name="Dimension"
          items={metric.by.map((name) => ({
            label: capital(name),
            href: href({ query: { by: name } }),
            selected: name === by,
          }))}
        />
      }
      menu={{ csv: `/exports/metrics.csv${query}`, json: `/api/metrics/timeseries${query}` }}
      state={cardState(breakdown, deps.now(), ({ now }) =>
        now.groups?.length
          ? undefined
          : emptyState(deps, factsOf(key, catalogueOf(deps).of), `Nothing to break down by ${by}`),
      )}
    >
      {found && <Groups {...props} by={by} now={found.now} before={found.before} />}
    </Card>
  )
}

const Groups = ({
  data: { key, main },
  context,
  by,
  now,
  before,
}: MetricProps & { by: string; now: Series; before: Series | undefined }) => {
  const { deps, filters } = context
  const metric = catalogueOf(deps).of(key)
  const adds = metric.kind === 'sum' || metric.kind === 'last'
  const groups = now.groups ?? []
  const rest = groups.length - GROUPS_SHOWN
  const query = exportQuery(filters, { metrics: key, by, compare: filters.compare })
  // Money that is not known is not zero: the calls are there, their price is not.
  const unpriced = (group: Group) => isUnpriced(key, group.total)
  const share = (total: number | null) => (adds && total !== null && now.total ? total / now.total : null)
  const previousKnown = shownOf(main)?.summary.previousKnown
  const compared = before !== undefined && !previousKnown
  const change = (value: number | null, previous: number | null) =>
    compared && <Change {...changeBetween(deps, key, { value, previous, change: changeIn(metric, value, previous) })} />
  const texts = columnTexts(deps, key, [...groups.map(({ total }) => total), now.total])
  return (
    <DataTable
      id="breakdown"
      caption={`${metric.label} by ${by}`}
      columns={[
        { key: 'group', label: capital(by), code: by === 'model' },
        { key: 'value', label: metric.label, number: true, strong: true },
        ...(adds ? [{ key: 'share', label: 'Share', wide: true }] : []),
        ...(compared ? [{ key: 'change', label: 'vs before', number: true }] : []),
        { key: 'spark', label: 'By day', number: true, wide: true },
      ]}
      rows={groups.slice(0, GROUPS_SHOWN).map((group, i) => ({
        cells: {
          group: <a href={rowsHref(filters, key, { by, group: group.key })}>{valueName(by, group.key, 'not said')}</a>,
          value: unpriced(group) ? <span class="q-ink-warn">unknown</span> : texts[i],
          share: unpriced(group) ? (
            <span class="q-ink-3">not counted</span>
          ) : (
            <Share share={share(group.total)} text={shareText(share(group.total))} name={`Share of ${group.key}`} />
          ),
          change: change(group.total, before?.groups?.find((one) => one.key === group.key)?.total ?? null),
          spark: unpriced(group) ? (
            <a href={metricHref(filters, UNPRICED)}>Calls without price</a>
          ) : (
            <Sparkline small points={group.points.map(({ value }) => value)} />
          ),
        },
      }))}
      total={{
        group: 'Total',
        value: texts.at(-1),
        change: change(now.total, before?.total ?? null),
      }}
      csv={{
        label: `CSV, ${groups.length} ${groups.length === 1 ? 'group' : 'groups'}`,
        href: `/exports/metrics.csv${query}`,
      }}
      json={{ label: 'JSON', href: `/api/metrics/timeseries${query}` }}
      note={noteOf(rest, adds || groups.length < 2, previousKnown)}
    />
  )
}

function noteOf(rest: number, adds: boolean, known: Summary['previousKnown']): string | undefined {
  const notes = [
    rest > 0 && `And ${rest} more.`,
    rest <= 0 && !adds && 'These do not add up to the total: each is computed for itself.',
    known && `Not compared: ${known.days} of ${known.of} days known.`,
  ]
  return notes.filter(Boolean).join(' ') || undefined
}

const shareText = (share: number | null): string =>
  share === null ? '—' : formatValue(share * 100, 'percent', 'table')
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
