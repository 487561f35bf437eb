import { windowText } from '../../../src/actions/product/words.ts'
import { Card, DataTable } from '../../parts/index.ts'
import type { ProductProps } from '../product.tsx'
import { AskButton, changedText, partOf, stateOf } from './told.tsx'

/** How much who is on a plan may ask of the product in a time. */
export const LimitsCard = (props: ProductProps) => {
  const { context } = props
  const limits = partOf(props, 'rate_limits') ?? []
  return (
    <Card
      id="rate-limits"
      title="Rate limits"
      sub="by plan; those of one user are changed on their page"
      flush
      state={stateOf(props, 'rate_limits')}
    >
      <DataTable
        id="rate-limits"
        caption="Rate limits by plan"
        empty="The product has no rate limits now."
        columns={[
          { key: 'plan', label: 'Plan', strong: true },
          { key: 'limit', label: 'Limit' },
          { key: 'value', label: 'At most', number: true },
          { key: 'changed', label: 'Changed', muted: true, wide: true },
          { key: 'act', label: 'Change', number: true },
        ]}
        rows={limits.map((limit) => {
          const name = limit.label ?? limit.name.replaceAll('_', ' ')
          return {
            cells: {
              plan: limit.plan,
              limit: name,
              value: `${limit.limit.toLocaleString('en-US')} ${windowText(limit.per_seconds)}`,
              changed: changedText(limit, context) || '—',
              act: (
                <AskButton
                  context={context}
                  action="set-rate-limit"
                  small
                  label="Change …"
                  about={`${name} of ${limit.plan}`}
                  fields={{ plan: limit.plan, limit: limit.name }}
                />
              ),
            },
          }
        })}
      />
    </Card>
  )
}
