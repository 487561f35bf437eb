import type { Child } from 'hono/jsx'
import { cardState } from '../../../src/card-state.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import type { PageContext } from '../../../src/page.ts'
import type { Limit } from '../../../src/users/money.ts'
import { USERS_PATH } from '../../../src/users/paths.ts'
import { Card, Facts, Moment } from '../../parts/index.ts'
import type { UserProps } from '../user.tsx'

/** Who they are. */
export const AccountCard = ({ cards, context }: UserProps) => {
  const { user, sites } = cards
  const site = shownOf(sites)?.[0]
  const merged = user.ids.length - 1
  const items: [label: string, value: Child | null | undefined][] = [
    ['Id', <code class="q-code">{user.id}</code>],
    ['Name', user.name ?? (user.email ? user.username : null)],
    ['Tenant', user.tenantId && <Tenant id={user.tenantId} name={user.tenant} />],
    [user.createdKnown ? 'Signed up' : 'First seen', moment(user.createdAt, context)],
    ['Signs in with', user.provider],
    ['Country', [user.country, user.city].filter(Boolean).join(', ') || null],
    ['Time zone', user.timeZone],
    ['Came from', user.referrer],
    ['Status', user.status.replaceAll('_', ' ')],
    [
      'Last seen',
      user.lastSeenAt ? <Moment at={user.lastSeenAt} text={moment(user.lastSeenAt, context)} ago /> : 'never',
    ],
    ['Site', site && <Site url={site.url} />],
    ['Other ids', merged > 0 ? `${merged}, before they were known` : null],
  ]
  return (
    <Card id="account" title="Account">
      <Facts items={items.flatMap(([label, value]) => (value ? [{ label, value }] : []))} />
    </Card>
  )
}

const Tenant = ({ id, name }: { id: string; name: string | null }) => (
  <a href={`${USERS_PATH}?tenant=${encodeURIComponent(id)}`}>{name || id}</a>
)

/** Another's address: it learns nothing of us. */
const Site = ({ url }: { url: string }) => (
  <a href={url} rel="noopener noreferrer nofollow" target="_blank">
    {new URL(url).host}
  </a>
)

const moment = (at: Date, { filters, deps }: PageContext): string => momentText(at, filters.today, deps.config.timeZone)

/** How far the plan's limits are used up. */
export const LimitsCard = ({ cards, context }: UserProps) => {
  const limits = shownOf(cards.limits) ?? []
  if (cards.limits.state === 'filled' && limits.length === 0) return null
  return (
    <Card id="limits" title="Plan and limits" sub="this month" state={cardState(cards.limits, context.deps.now())}>
      {limits.map((limit) => (
        <div class="q-limit">
          <Used {...limit} />
          {limit.override && <p class="q-ink-3">{overrideText(limit.override, context)}</p>}
        </div>
      ))}
    </Card>
  )
}

const Used = ({ name, used, most }: Limit) => {
  const of = formatValue(most, 'rows', 'table')
  if (used === null)
    return (
      <>
        <span>{labelOf(name)}</span>
        <span class="q-num q-ink-2">{of}</span>
      </>
    )
  const share = most > 0 ? used / most : 1
  const tone = share >= 1 ? ' q-bar-crit' : share >= 0.8 ? ' q-bar-warn' : ''
  return (
    <>
      <span>{labelOf(name)}</span>
      <span class="q-num">
        {formatValue(used, 'rows', 'table')} <span class="q-ink-2">{`of ${of}`}</span>
      </span>
      <progress class={`q-bar${tone}`} max="1" value={Math.min(1, share)} aria-label={labelOf(name)} />
    </>
  )
}

function overrideText({ since, until, planned }: NonNullable<Limit['override']>, context: PageContext): string {
  const ends = until ? ` until ${moment(until, context)}` : ''
  const instead = planned === null ? '' : `, in place of the plan’s ${formatValue(planned, 'rows', 'table')}`
  return `Set from here ${moment(since, context)}${ends}${instead}`
}

function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ').replace(/\b(ai|api)\b/g, (word) => word.toUpperCase())
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What they pay, less what their AI costs. */
export const MarginCard = ({ cards: { user }, context }: UserProps) => {
  const { currency } = context.deps.config
  const amount = (value: number | null) => formatValue(value, 'money', 'table', currency)
  const paidByTenant = user.mrr === null && user.class === 'paid' && user.tenantId !== ''
  const share = user.mrr && user.margin !== null ? (user.margin / user.mrr) * 100 : null
  return (
    <Card id="margin" title="Margin" sub="30 days">
      <Facts
        items={[
          { label: 'Revenue, MRR', value: paidByTenant ? 'paid by the tenant' : amount(user.mrr) },
          { label: 'AI cost', value: amount(-user.aiCost) },
        ]}
      />
      <p class="q-margin-total">
        <span>Margin</span>
        <span class={`q-num${user.mrr && (user.margin ?? 0) < 0 ? ' q-ink-crit' : ''}`}>
          {amount(user.margin)}{' '}
          {share !== null && <span class="q-ink-2">{formatValue(share, 'percent', 'table')}</span>}
        </span>
      </p>
    </Card>
  )
}
