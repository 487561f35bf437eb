import type { Flag, FlagState } from '../../../src/actions/product/contract.ts'
import { STATE_WORDS } from '../../../src/actions/product/words.ts'
import type { PageContext } from '../../../src/page.ts'
import { Badge, Card, DataTable, TwoLines } from '../../parts/index.ts'
import type { ProductProps } from '../product.tsx'
import { AskButton, changedText, partOf, stateOf } from './told.tsx'

/** Which features are on, and for whom. */
export const FlagsCard = (props: ProductProps) => {
  const { context } = props
  const flags = partOf(props, 'flags') ?? []
  return (
    <Card id="flags" title="Feature flags" sub="a change is marked on the charts" flush state={stateOf(props, 'flags')}>
      <DataTable
        id="flags"
        caption="Feature flags"
        rowHeight={44}
        empty="The product has no feature flags now."
        columns={[
          { key: 'flag', label: 'Flag' },
          { key: 'state', label: 'On for' },
          { key: 'changed', label: 'Changed', muted: true, wide: true },
          { key: 'act', label: 'Change', number: true },
        ]}
        rows={flags.map((flag) => ({
          cells: {
            flag: (
              <TwoLines
                title={flag.label ?? flag.name}
                sub={[flag.label && flag.name, flag.description].filter(Boolean).join(': ')}
              />
            ),
            state: <State flag={flag} />,
            changed: changedText(flag, context) || '—',
            act: <Buttons flag={flag} context={context} />,
          },
        }))}
      />
    </Card>
  )
}

const State = ({ flag }: { flag: Flag }) => {
  const text = STATE_WORDS[flag.state](flag)
  if (flag.state === 'off') return <span class="q-ink-3">{text}</span>
  return (
    <span title={flag.tenants?.join(', ')}>
      <Badge tone={flag.state === 'on' ? 'good' : 'info'} text={text} />
    </span>
  )
}

/** The other of on and off is one press away from what it would change. */
const NEXT: Partial<Record<FlagState, { state: FlagState; label: string }>> = {
  on: { state: 'off', label: 'Turn off …' },
  off: { state: 'on', label: 'Turn on …' },
}

const Buttons = ({ flag, context }: { flag: Flag; context: PageContext }) => {
  const { name, state, tenants } = flag
  const next = NEXT[state]
  const about = flag.label ?? name
  // Another share is typed anew; of a list one goes on with what is there.
  const now = { ...(!next && { state }), ...(tenants && { tenants: tenants.join(', ') }) }
  const shared = { context, action: 'set-flag', small: true, about }
  return (
    <span class="q-row-actions">
      {next && <AskButton {...shared} label={next.label} fields={{ flag: name, state: next.state }} />}
      <AskButton {...shared} label="Change …" fields={{ flag: name, ...now }} />
    </span>
  )
}
