import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { thresholdsPath } from '../../../src/settings/paths.ts'
import { limitsText, standingLimits } from '../../../src/settings/threshold-view.ts'
import { whyNotSettings } from '../../../src/settings/who.ts'
import { Card, Note } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

/** Where the metric turns yellow and red, and the way to change that. */
export const ThresholdsCard = ({ data: { key }, context: { deps, admin, query } }: MetricProps) => {
  const { limits, defined, changed } = standingLimits(deps, key)
  const off = whyNotSettings(deps, admin)
  const has = catalogueOf(deps).has(key)
  return (
    <Card
      id="thresholds"
      title="Thresholds"
      sub={changed ? 'changed' : 'as defined'}
      link={has ? { label: off ? 'Try others' : 'Edit', href: thresholdsPath(key) } : undefined}
    >
      {query.saved === key && <Note tone="info">The thresholds are saved.</Note>}
      <p>{limitsText(deps, key, limits)}</p>
      {changed && <p class="q-help">{`By definition: ${limitsText(deps, key, defined)}`}</p>}
    </Card>
  )
}
