import { amountText } from '../../../src/activity/describe.ts'
import { cardState, emptyState } from '../../../src/card-state.ts'
import { dayLabel } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { dayOf } from '../../../src/lib/time.ts'
import type { PageContext } from '../../../src/page.ts'
import type { UserPayment, UserSubscription } from '../../../src/users/money.ts'
import { Badge, Card, Facts } from '../../parts/index.ts'
import type { PersonalProps } from '../user.tsx'

/** Their subscription, the last payments, and bills that are open. */
export const MoneyCard = ({ personal, context }: PersonalProps) => {
  const { deps } = context
  const found = shownOf(personal.money)
  const { subscriptions = [], payments = [], invoices = [] } = found ?? {}
  return (
    <Card
      id="user-money"
      title="Subscription and payments"
      state={cardState(personal.money, deps.now(), () =>
        subscriptions.length + payments.length + invoices.length === 0
          ? emptyState(deps, 'subscriptions', 'Has never paid')
          : undefined,
      )}
    >
      <Facts
        items={[
          ...subscriptions.map((one) => ({ label: nameOf(one), value: wordsOf(one, context) })),
          ...invoices.map(({ number, amountMinor, currency, dueAt }) => ({
            label: `Bill ${number}`,
            value: `${amountText(amountMinor, currency)}${dueAt ? `, due ${day(dueAt, context)}` : ' open'}`,
          })),
          ...payments.map((one) => ({ label: day(one.at, context), value: <Payment payment={one} /> })),
        ]}
      />
    </Card>
  )
}

const nameOf = ({ plan, shared }: UserSubscription): string =>
  `${plan.charAt(0).toUpperCase()}${plan.slice(1)}${shared ? ', of the tenant' : ''}`

/** "$49.00 a month, past due, renews 3 Dec" */
function wordsOf(one: UserSubscription, context: PageContext): string {
  const { status, amountMinor, currency, interval, trialEndsAt, periodEnd, endsAt } = one
  const until =
    status === 'trialing' && trialEndsAt
      ? `until ${day(trialEndsAt, context)}`
      : endsAt
        ? `ends ${day(endsAt, context)}`
        : status === 'active' && periodEnd
          ? `renews ${day(periodEnd, context)}`
          : undefined
  const state = status === 'active' ? undefined : status.replaceAll('_', ' ')
  return [`${amountText(amountMinor, currency)} a ${interval}`, state, until].filter(Boolean).join(', ')
}

const Payment = ({ payment: { status, amountMinor, currency, provider, reason } }: { payment: UserPayment }) => (
  <>
    {amountText(amountMinor, currency)} <span class="q-ink-2">{provider}</span>
    {status === 'failed' ? (
      <>
        {' '}
        <Badge tone="crit" text={reason?.replaceAll('_', ' ') ?? 'failed'} />
      </>
    ) : (
      status !== 'succeeded' && <span class="q-ink-2">{`, ${status}`}</span>
    )}
  </>
)

const day = (at: Date, { filters, deps }: PageContext): string =>
  dayLabel(dayOf(at, deps.config.timeZone), filters.today)
