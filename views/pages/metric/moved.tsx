import { cardState } from '../../../src/card-state.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { columnTexts, valueText } from '../../../src/metric-view.ts'
import { valueName } from '../../../src/metrics/value-name.ts'
import { Card, Facts } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

const SHOWN = 5

/** Which parts of the breakdown made the difference to the period before; only where parts add up to the whole. */
export const MovedCard = ({ data: { key, by, main, breakdown }, context: { deps } }: MetricProps) => {
  const found = breakdown && shownOf(breakdown)
  const { kind } = catalogueOf(deps).of(key)
  // What the head does not compare is compared nowhere on the page.
  if (shownOf(main)?.summary.previousKnown) return null
  if (!breakdown || !found?.before || (kind !== 'sum' && kind !== 'last')) return null
  const before = new Map(found.before.groups?.map((group) => [group.key, group.total]))
  const now = new Map(found.now.groups?.map((group) => [group.key, group.total]))
  const moved = [...new Set([...now.keys(), ...before.keys()])]
    .map((name) => ({ name, by: (now.get(name) ?? 0) - (before.get(name) ?? 0) }))
    .filter((part) => part.by !== 0)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
  const { now: whole, before: then } = found
  if (moved.length === 0 || whole.total === null || then?.total == null) return null
  const shown = moved.slice(0, SHOWN)
  const texts = columnTexts(
    deps,
    key,
    shown.map((part) => part.by),
  )
  const difference = whole.total - then.total
  return (
    <Card
      id="moved"
      title="What moved it"
      sub={signed(difference, valueText(deps, key, difference, 'table'))}
      state={cardState(breakdown, deps.now())}
    >
      <Facts
        items={shown.map((part, i) => ({
          label: valueName(by ?? '', part.name),
          value: signed(part.by, texts[i] ?? ''),
        }))}
      />
      {moved.length > SHOWN && <p class="q-help">{`and ${moved.length - SHOWN} smaller changes, by ${by}`}</p>}
    </Card>
  )
}

const signed = (value: number, text: string): string => (value > 0 ? `+${text}` : text)
