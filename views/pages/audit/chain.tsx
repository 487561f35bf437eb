import type { ChainState } from '../../../src/audit/page.ts'
import type { Verdict } from '../../../src/audit/verify.ts'
import { cardState } from '../../../src/card-state.ts'
import { clockTime } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { Badge, Card, Facts, Icon, Note } from '../../parts/index.ts'
import type { AuditProps } from '../audit.tsx'

const count = (n: number): string => n.toLocaleString('en-GB')

/** How far the chain goes and, where it was asked for, whether it holds. */
export const ChainCard = ({ data: { chain, verdict }, context: { deps } }: AuditProps) => {
  const state = shownOf(chain)
  return (
    <Card
      id="chain"
      title="Chain"
      sub="each line holds the hash of the one before it"
      state={cardState(chain, deps.now())}
      tools={verdict && verdict !== 'late' && <VerdictBadge verdict={verdict} />}
    >
      {verdict && <VerdictNotes verdict={verdict} />}
      {state && <State state={state} verdict={verdict} timeZone={deps.config.timeZone} />}
    </Card>
  )
}

const VerdictBadge = ({ verdict: { whole, faultCount } }: { verdict: Verdict }) =>
  whole ? (
    <Badge tone="good" text="whole" />
  ) : (
    <Badge tone="crit" text={`${count(faultCount)} ${faultCount === 1 ? 'fault' : 'faults'}`} />
  )

const VerdictNotes = ({ verdict }: { verdict: Verdict | 'late' }) => {
  if (verdict === 'late')
    return (
      <Note tone="warn">
        Verifying takes too long to wait for here, or the database does not answer: “quarterdeck audit verify” does the
        same without hurry.
      </Note>
    )
  const more = verdict.faultCount - verdict.faults.length
  return (
    <>
      {verdict.faults.map(({ text }) => (
        <Note tone="crit">{text}</Note>
      ))}
      {more > 0 && <Note tone="crit">{`And ${count(more)} more faults; the API and the command line agree.`}</Note>}
    </>
  )
}

const State = ({
  state: { lines, unsealed, head },
  verdict,
  timeZone,
}: {
  state: ChainState
  verdict: Verdict | 'late' | undefined
  timeZone: string
}) => (
  <>
    <Facts
      items={[
        { label: 'Lines in the chain', value: count(lines) },
        { label: 'Waiting for their seal', value: count(unsealed) },
        {
          label: 'Verified',
          value:
            verdict && verdict !== 'late' ? `at ${clockTime(verdict.at, timeZone)}, all lines` : 'not in this view',
        },
        ...(verdict && verdict !== 'late' && verdict.erased > 0
          ? [{ label: 'Texts erased, as the log tells', value: count(verdict.erased) }]
          : []),
      ]}
    />
    {head.seq > 0 && (
      <>
        <p class="q-ink-3 q-audit-hint">
          Keep this line somewhere else: it also notices, later, a log that was written anew as a whole.
        </p>
        <div class="q-snippet q-snippet-whole">
          <pre tabindex={0}>{`quarterdeck audit verify --head ${head.seq}:${head.hash}`}</pre>
          <button type="button" class="q-btn q-btn-small" data-action="copy">
            <Icon name="copy" size={14} />
            Copy
          </button>
        </div>
      </>
    )}
  </>
)
