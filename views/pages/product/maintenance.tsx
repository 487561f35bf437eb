import { Badge, Card, Facts, Note } from '../../parts/index.ts'
import type { ProductProps } from '../product.tsx'
import { AskButton, changedText, partOf, stateOf } from './told.tsx'

/** Whether the product lets anybody in. */
export const MaintenanceCard = (props: ProductProps) => {
  const { context } = props
  const now = partOf(props, 'maintenance')
  const changed = now && changedText(now, context)
  return (
    <Card
      id="maintenance"
      title="Maintenance mode"
      sub="while it is on, the product shuts everybody out"
      state={stateOf(props, 'maintenance')}
      tools={now && (now.on ? <Badge tone="warn" text="on" /> : <Badge tone="good" text="off" />)}
    >
      {now && (
        <div class="q-flow">
          {now.on && <Note tone="warn">Nobody can use the product now.</Note>}
          <Facts
            items={[
              ...(now.on ? [{ label: 'Message', value: now.message || 'the product’s own words' }] : []),
              { label: 'Changed', value: changed || 'the product does not say' },
            ]}
          />
          <p class="q-actions">
            {now.on ? (
              <AskButton context={context} action="maintenance-off" label="Turn off …" />
            ) : (
              <AskButton context={context} action="maintenance-on" label="Turn on …" />
            )}
          </p>
        </div>
      )}
    </Card>
  )
}
