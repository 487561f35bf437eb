import type { Attempt, Delivery } from '../../../src/delivery/read.ts'
import { whyNotSend } from '../../../src/delivery/who.ts'
import { KIND_WORDS } from '../../../src/delivery/words.ts'
import { clockTime, momentText } from '../../../src/lib/dates.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import type { PageContext } from '../../../src/page.ts'
import { Badge, Card, DataTable, Facts, Icon } from '../../parts/index.ts'
import { StateBadge } from './words.tsx'

type Told = Delivery & { tries: Attempt[] }

/** One notification: what it says, each attempt, and a way to send it again. */
export const DeliveryCard = ({ told, context }: { told: Told; context: PageContext }) => {
  const { deps, filters, admin } = context
  const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  const again = ['failed', 'dead', 'kept'].includes(told.state)
  const off = whyNotSend(deps, admin)
  return (
    <Card id="delivery" title={told.title || 'Notification'} sub={`${KIND_WORDS[told.kind]}, by ${told.channel}`}>
      <div class="q-told">
        <Facts
          items={[
            { label: 'State', value: <StateBadge state={told.state} /> },
            { label: 'Written', value: moment(told.createdAt) },
            { label: 'Sent', value: told.sentAt ? moment(told.sentAt) : '—' },
            ...(told.state === 'queued' ? [{ label: 'Next try', value: moment(told.nextAt) }] : []),
            { label: 'Key', value: <span title={told.dedupeKey}>{shortKey(told.dedupeKey)}</span> },
          ]}
        />
        <pre class="q-mail-text" tabindex={0}>
          {[told.text, told.link].filter(Boolean).join('\n\n') || '—'}
        </pre>
      </div>
      <Attempts tries={told.tries} context={context} />
      {again && (
        <form method="post" action={`/dashboard/settings/notifications/${told.id}/retry`} class="q-actions">
          <button type="submit" class="q-btn" disabled={off !== undefined} title={off}>
            <Icon name="refresh" />
            Send again
          </button>
          {off && <span class="q-ink-3">{off}</span>}
        </form>
      )}
    </Card>
  )
}

/** The ids of tests are long, and nobody reads them. */
const shortKey = (key: string): string => (key.length > 34 ? `${key.slice(0, 33)}…` : key)

/** Each attempt at it, the first first. */
export const Attempts = ({ tries, context: { deps, filters } }: { tries: Attempt[]; context: PageContext }) => {
  const { timeZone } = deps.config
  return (
    <DataTable
      id="attempts"
      caption="Attempts"
      columns={[
        { key: 'n', label: 'Attempt' },
        { key: 'at', label: 'When' },
        { key: 'outcome', label: 'Outcome' },
        { key: 'detail', label: 'Answer', muted: true },
        { key: 'took', label: 'Took', number: true, wide: true },
      ]}
      rows={tries.map(({ n, at, outcome, detail, tookMs }) => ({
        cells: {
          n: String(n),
          at: (
            <time datetime={at.toISOString()} title={clockTime(at, timeZone, true)}>
              {momentText(at, filters.today, timeZone)}
            </time>
          ),
          outcome: <Outcome outcome={outcome} />,
          detail: <span title={detail ?? undefined}>{detail ?? '—'}</span>,
          took: tookMs === null ? '—' : formatValue(tookMs, 'ms', 'table'),
        },
      }))}
      empty="Not tried yet."
    />
  )
}

const OUTCOMES = {
  sent: { tone: 'good', text: 'sent' },
  kept: { tone: 'info', text: 'kept' },
  retry: { tone: 'warn', text: 'failed, tried again' },
  refused: { tone: 'crit', text: 'refused' },
  lost: { tone: 'warn', text: 'unknown' },
} as const

const Outcome = ({ outcome }: Pick<Attempt, 'outcome'>) =>
  outcome === null ? <Badge tone="running" text="under way" /> : <Badge {...OUTCOMES[outcome]} />
