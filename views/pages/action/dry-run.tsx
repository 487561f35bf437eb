import type { Outcome } from '../../../src/actions/client.ts'
import type { Change, Would } from '../../../src/actions/contract.ts'
import { clockTime } from '../../../src/lib/dates.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { Icon, Note } from '../../parts/index.ts'

interface Props {
  shown: { outcome: Outcome<Would>; at: Date; tookMs: number } | undefined
  /** Nobody has entered anything yet: a refusal of what is there is no mistake of theirs. */
  fresh: boolean
  timeZone: string
}

/** What the main app says it would do, as it says it. */
export const DryRun = ({ shown, fresh, timeZone }: Props) => (
  <section class="q-dry" aria-labelledby="dry-title" aria-live="polite">
    <header class="q-dry-head">
      <span class="q-badge q-badge-info">
        <Icon name="flask" size={14} />
        dry run
      </span>
      <h3 id="dry-title">What would change</h3>
      {shown && (
        <span class="q-ink-3 q-num">
          {`${clockTime(shown.at, timeZone, true)}, ${formatValue(shown.tookMs, 'ms', 'table')}`}
        </span>
      )}
    </header>
    <Said outcome={shown?.outcome} fresh={fresh} />
  </section>
)

const Said = ({ outcome, fresh }: { outcome: Outcome<Would> | undefined; fresh: boolean }) => {
  if (!outcome) return <p class="q-dry-text q-ink-3">As soon as every field is right, what would change shows here.</p>
  switch (outcome.kind) {
    case 'answered':
      return <Changes changes={outcome.answer.changes} message={outcome.answer.message} />
    case 'refused':
      return (
        <div class="q-dry-text">
          <Note
            tone={fresh ? 'plain' : 'crit'}
          >{`The main app would not do it: “${outcome.reason}” Nothing has changed.`}</Note>
        </div>
      )
    case 'working':
      return <p class="q-dry-text q-ink-2">The main app is still working it out. Nothing has changed.</p>
    default:
      return (
        <div class="q-dry-text">
          <Note tone="warn">{`${outcome.reason} It was only a dry run: nothing has changed.`}</Note>
        </div>
      )
  }
}

const Changes = ({ changes, message }: { changes: Change[]; message: string | undefined }) => (
  <>
    {changes.length > 0 && <ChangesTable changes={changes} heads={['Now', 'After']} />}
    {(message || changes.length === 0) && (
      <p class="q-dry-text q-ink-2">{message || 'The main app says that nothing would change.'}</p>
    )}
  </>
)

/** What was, what is then, and of numbers the difference. */
export const ChangesTable = ({ changes, heads: [now, after] }: { changes: Change[]; heads: [string, string] }) => {
  const differs = changes.some((one) => differenceOf(one) !== undefined)
  return (
    <div class="q-dry-scroll">
      <table class="q-table q-table-30">
        <caption class="q-sr">What changes</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="q-sr">What</span>
            </th>
            <th scope="col" class="q-right">
              {now}
            </th>
            <th scope="col" class="q-right">
              {after}
            </th>
            {differs && (
              <th scope="col" class="q-right">
                Difference
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr>
              <td>{change.label}</td>
              <td class="q-right q-num q-ink-2">{textOf(change.now)}</td>
              <td class="q-right q-num q-strong">{textOf(change.after)}</td>
              {differs && <td class="q-right q-num">{differenceOf(change) ?? '—'}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function textOf(value: Change['now']): string {
  if (value === null || value === '') return '—'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'number' ? numberText(value) : value
}

const numberText = (value: number): string => value.toLocaleString('en-US').replace('-', '−')

function differenceOf({ now, after }: Change): string | undefined {
  if (typeof now !== 'number' || typeof after !== 'number') return undefined
  return after > now ? `+${numberText(after - now)}` : numberText(after - now)
}
