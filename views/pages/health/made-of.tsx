import { cardState } from '../../../src/card-state.ts'
import { COMPONENT_NAMES, COMPONENTS } from '../../../src/health/components.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { SETTINGS_PATH } from '../../../src/settings/paths.ts'
import { Card, DataTable, Share, TwoLines } from '../../parts/index.ts'
import { weightText } from '../../parts/score.tsx'
import type { HealthProps } from '../health.tsx'

/** The weights by which the scores were made. */
export const MadeOfCard = ({ data, context }: HealthProps) => {
  const { rules } = data
  const weights = shownOf(data.state)?.weights ?? rules.weights
  const total = COMPONENT_NAMES.reduce((sum, name) => sum + weights[name], 0)
  return (
    <Card
      id="made-of"
      title="What the score is made of"
      span={5}
      flush
      link={{ label: 'Settings', href: `${SETTINGS_PATH}#card-health` }}
      state={cardState(data.state, context.deps.now())}
    >
      <DataTable
        id="made-of"
        caption="Components of the score and their weights"
        rowHeight={44}
        columns={[
          { key: 'name', label: 'Component' },
          { key: 'weight', label: 'Weight', number: true },
        ]}
        rows={COMPONENT_NAMES.map((name) => ({
          cells: {
            name: <TwoLines title={COMPONENTS[name].label} sub={COMPONENTS[name].about} />,
            weight: (
              <Share
                share={weights[name] / total}
                text={weightText(weights[name] / total)}
                name={`Weight of ${COMPONENTS[name].label.toLowerCase()}`}
              />
            ),
          },
        }))}
        note={`One without data is shared among the rest; under half there is no score. Healthy from ${rules.healthy}, churning under ${rules.churning}.`}
      />
    </Card>
  )
}
