import { cardState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { valueText } from '../../../src/metric-view.ts'
import type { AnyKey } from '../../../src/metrics/catalogue.ts'
import { Card, Facts } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

const SHOWN = 5

/** Which parts of the breakdown made the difference to the period before; only where parts add up to the whole. */
export const MovedCard = ({ data: { key, by, breakdown }, context: { deps } }: MetricProps) => {
  const found = breakdown && shownOf(breakdown)
  const { kind } = catalogueOf(deps).of(key)
  if (!breakdown || !found?.before || (kind !== 'sum' && kind !== 'last')) return null
  const before = new Map(found.before.groups?.map((group) => [group.key, group.total]))
  const now = new Map(found.now.groups?.map((group) => [group.key, group.total]))
  const moved = [...new Set([...now.keys(), ...before.keys()])]
    .map((name) => ({ name, by: (now.get(name) ?? 0) - (before.get(name) ?? 0) }))
    .filter((part) => part.by !== 0)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
  const { now: whole, before: then } = found
  if (moved.length === 0 || whole.total === null || then?.total == null) return null
  const text = (value: number) => signed(deps, key, value)
  return (
    <Card
      id="moved"
      title="What moved it"
      sub={text(whole.total - then.total)}
      state={cardState(breakdown, deps.now())}
    >
      <Facts
        items={moved.slice(0, SHOWN).map((part) => ({
          label: part.name === '' ? `no ${by}` : part.name,
          value: text(part.by),
        }))}
      />
      {moved.length > SHOWN && <p class="q-help">{`and ${moved.length - SHOWN} smaller changes, by ${by}`}</p>}
    </Card>
  )
}

function signed(deps: MetricProps['context']['deps'], key: AnyKey, value: number): string {
  const text = valueText(deps, key, value, 'tile')
  return value > 0 ? `+${text}` : text
}
