import { cardState, emptyState } from '../../../src/card-state.ts'
import { dayLabel, dayTitle, momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { formatColumn } from '../../../src/metrics/column.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { STATS_DAYS } from '../../../src/users/stats.ts'
import { CALLS_READ } from '../../../src/users/usage.ts'
import { Badge, BarChart, Card, DataTable, Share, type Span, TwoLines } from '../../parts/index.ts'
import type { PersonalProps, UserProps } from '../user.tsx'

/** What their AI costs a day. */
export const CostCard = ({ cards, context, span }: UserProps & { span: Span }) => {
  const { deps, filters } = context
  const { currency } = deps.config
  const days = (shownOf(cards.usage) ?? []).slice(-STATS_DAYS)
  const total = days.reduce((sum, { cost }) => sum + cost, 0)
  const costs = formatColumn(
    days.map(({ cost }) => cost),
    'money',
    currency,
  )
  return (
    <Card
      id="user-cost"
      title="AI cost per day"
      sub={`${STATS_DAYS} days, ${formatValue(total, 'money', 'table', currency)}`}
      height="chart"
      span={span}
      menu={{ table: true }}
      state={cardState(cards.usage, deps.now(), () =>
        days.every(({ aiCalls }) => aiCalls === 0)
          ? {
              kind: 'empty',
              icon: 'sparkles',
              title: 'No AI calls in 30 days',
              text: 'Calls with this user’s id fill it.',
            }
          : undefined,
      )}
    >
      <BarChart
        id="user-cost"
        summary={`AI cost per day: ${formatValue(total, 'money', 'table', currency)} in ${STATS_DAYS} days.`}
        unit="money"
        currency={currency}
        labels={days.map(({ day }) => dayLabel(day, filters.today))}
        titles={days.map(({ day }) => dayTitle(day, filters.today))}
        series={[{ name: 'AI cost', values: days.map(({ cost }) => cost) }]}
        partial
        table={{
          head: ['Day', 'AI cost', 'API calls', 'Tokens'],
          rows: days.map((day, i) => [
            dayTitle(day.day, filters.today),
            costs[i] ?? '—',
            formatValue(day.apiCalls, 'calls', 'table'),
            formatValue(day.tokens, 'tokens', 'table'),
          ]),
        }}
      />
    </Card>
  )
}

/** Calls, tokens and cost by model. */
export const ModelsCard = ({ cards, context, span }: UserProps & { span: Span }) => {
  const { deps } = context
  const { currency } = deps.config
  const found = shownOf(cards.models)
  const models = found?.models ?? []
  const sum = (of: (model: (typeof models)[number]) => number) => models.reduce((total, model) => total + of(model), 0)
  const total = sum(({ cost }) => cost ?? 0)
  const costs = formatColumn([...models.map(({ cost }) => cost), total], 'money', currency)
  const unpriced = sum((model) => model.unpriced)
  const whole = (value: number) => formatValue(value, 'calls', 'table')
  return (
    <Card
      id="models"
      title="AI usage per model"
      sub={found?.cut ? `the newest ${whole(CALLS_READ)} calls of ${STATS_DAYS} days` : `${STATS_DAYS} days`}
      span={span}
      flush={models.length > 0}
      state={cardState(cards.models, deps.now(), () =>
        models.length === 0 ? emptyState(deps, 'api-calls', 'No AI calls in 30 days') : undefined,
      )}
    >
      <DataTable
        id="models"
        caption="AI usage per model"
        rowHeight={30}
        columns={[
          { key: 'model', label: 'Model', code: true },
          { key: 'calls', label: 'Calls', number: true },
          { key: 'errors', label: 'Errors', number: true, muted: true, wide: true },
          { key: 'in', label: 'Tokens in', number: true, muted: true, wide: true },
          { key: 'out', label: 'Tokens out', number: true, muted: true, wide: true },
          { key: 'cost', label: 'Cost', number: true },
        ]}
        rows={models.map((model, i) => ({
          cells: {
            model: model.model || model.provider || 'unknown',
            calls: whole(model.calls),
            errors: whole(model.errors),
            in: whole(model.tokensIn),
            out: whole(model.tokensOut),
            cost:
              model.cost === null ? (
                'unknown'
              ) : (
                <Share share={total > 0 ? model.cost / total : null} text={costs[i] ?? '—'} name="Share of the cost" />
              ),
          },
        }))}
        total={{
          model: 'Total',
          calls: whole(sum(({ calls }) => calls)),
          errors: whole(sum(({ errors }) => errors)),
          in: whole(sum(({ tokensIn }) => tokensIn)),
          out: whole(sum(({ tokensOut }) => tokensOut)),
          cost: costs.at(-1),
        }}
        note={unpriced > 0 ? `${whole(unpriced)} ${unpriced === 1 ? 'call' : 'calls'} without a known cost` : undefined}
      />
    </Card>
  )
}

/** The newest calls, one by one. */
export const CallsCard = ({ personal, context }: PersonalProps) => {
  const { deps, filters } = context
  const calls = shownOf(personal.calls) ?? []
  const costs = formatColumn(
    calls.map(({ cost }) => cost),
    'money',
    deps.config.currency,
  )
  return (
    <Card
      id="user-calls"
      title="Recent API calls"
      sub="newest first"
      span={7}
      flush={calls.length > 0}
      state={cardState(personal.calls, deps.now(), () =>
        calls.length === 0 ? emptyState(deps, 'api-calls', 'No API calls') : undefined,
      )}
    >
      <DataTable
        id="user-calls"
        caption="Recent API calls"
        rowHeight={44}
        columns={[
          { key: 'what', label: 'Call' },
          { key: 'status', label: 'Outcome', wide: true },
          { key: 'tokens', label: 'Tokens in / out', number: true, muted: true, wide: true },
          { key: 'latency', label: 'Latency', number: true, wide: true },
          { key: 'cost', label: 'Cost', number: true },
          { key: 'at', label: 'Time', number: true, muted: true },
        ]}
        rows={calls.map((call, i) => ({
          cells: {
            what: (
              <TwoLines
                title={call.model || call.endpoint || call.service}
                sub={call.model ? call.endpoint || call.service : call.service}
              />
            ),
            status: call.ok ? (
              <span class="q-ink-2">ok</span>
            ) : (
              <Badge tone="crit" text={call.errorKind?.replace('_', ' ') ?? 'error'} />
            ),
            tokens: call.ai
              ? `${formatValue(call.tokensIn, 'tokens', 'table')} / ${formatValue(call.tokensOut, 'tokens', 'table')}`
              : '—',
            latency: formatValue(call.latencyMs, 'ms', 'table'),
            cost: call.ai && call.cost === null ? 'unknown' : costs[i],
            at: momentText(call.at, filters.today, deps.config.timeZone),
          },
        }))}
      />
    </Card>
  )
}
