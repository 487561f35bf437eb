import { cardState, emptyState } from '../../../src/card-state.ts'
import { clockTime } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { CALL_KINDS, CALLS_SHOWN, type CallKind, type RecentCall } from '../../../src/live/calls.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { Badge, Card, DataTable, Segments, type TableRow } from '../../parts/index.ts'
import { PauseButton } from '../../parts/pause-button.tsx'
import type { LiveProps } from '../live.tsx'

/** The newest calls as they come in. */
export const CallsCard = ({ data, context }: LiveProps) => {
  const { deps, filters, href } = context
  const calls = shownOf(data.latest) ?? []
  const minuteAgo = deps.now().getTime() - 60_000
  const lately = calls.filter(({ at }) => at.getTime() > minuteAgo).length
  return (
    <Card
      id="calls"
      title="Latest API calls"
      sub={`newest first, ${CALLS_SHOWN} kept`}
      flush={calls.length > 0}
      tools={<Tools chosen={data.calls} href={href} />}
      state={cardState(data.latest, deps.now(), () =>
        calls.length === 0 ? emptyState(deps, 'api-calls', 'No such calls in 24 hours') : undefined,
      )}
    >
      <div class="q-rows-window">
        <DataTable
          id="calls"
          caption="Latest API calls"
          rowHeight={30}
          columns={[
            { key: 'time', label: 'Time', number: true, muted: true },
            { key: 'user', label: 'User' },
            { key: 'what', label: 'Call', muted: true, wide: true },
            { key: 'model', label: 'Model', code: true, wide: true },
            { key: 'tokens', label: 'Tokens in → out', number: true, wide: true },
            { key: 'latency', label: 'Latency', number: true },
            { key: 'status', label: 'Status' },
            { key: 'cost', label: 'Cost', number: true, wide: true },
          ]}
          rows={calls.map((call) => rowOf(call, deps.config, filters.scope === '*'))}
          note={`${lately === CALLS_SHOWN ? `${CALLS_SHOWN} or more` : lately} in the last minute`}
        />
      </div>
    </Card>
  )
}

const Tools = ({ chosen, href }: { chosen: CallKind; href: LiveProps['context']['href'] }) => (
  <>
    <Segments
      name="Which calls"
      items={(Object.keys(CALL_KINDS) as CallKind[]).map((kind) => ({
        label: CALL_KINDS[kind],
        href: href({ query: { calls: kind === 'all' ? '' : kind } }),
        selected: kind === chosen,
      }))}
    />
    <PauseButton small />
  </>
)

function rowOf(
  call: RecentCall,
  { timeZone, currency }: { timeZone: string; currency: string },
  all: boolean,
): TableRow {
  const { tokensIn, tokensOut } = call
  const number = (value: number | null) => (value ?? 0).toLocaleString('en-US')
  return {
    id: `call-${call.id}`,
    cells: {
      time: <time datetime={call.at.toISOString()}>{clockTime(call.at, timeZone, true)}</time>,
      user: call.user || (all && call.tenant) || '—',
      what: call.endpoint || call.service,
      model: call.model || '—',
      tokens: tokensIn === null && tokensOut === null ? '—' : `${number(tokensIn)} → ${number(tokensOut)}`,
      latency: formatValue(call.latencyMs, 'ms', 'table', currency),
      status: <Status call={call} />,
      cost: call.cost === null ? <Unpriced call={call} /> : costText(call.cost, currency),
    },
  }
}

/** One precision for the column: most calls cost parts of a cent. */
const costText = (cost: number, currency: string): string =>
  formatValue(cost, 'money', 'table', currency).replace(
    /^(.*\.)(\d{1,3})$/,
    (_, whole, digits) => whole + digits.padEnd(4, '0'),
  )

/** Only what is odd gets a badge. */
const Status = ({ call: { status, errorKind, httpStatus } }: { call: RecentCall }) => {
  if (status === 'ok') return 'ok'
  const text = errorKind === 'rate_limit' ? '429' : (errorKind ?? String(httpStatus ?? 'error'))
  return <Badge tone={errorKind === 'rate_limit' || errorKind === 'safety' ? 'warn' : 'crit'} text={text} />
}

/** An AI call without a known price costs "unknown", other calls cost nothing that we know of. */
const Unpriced = ({ call }: { call: RecentCall }) => (call.ai ? <span class="q-ink-warn">unknown</span> : '—')
