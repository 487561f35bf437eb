import type { Child } from 'hono/jsx'
import { momentText } from '../../../src/lib/dates.ts'
import { SUSPENDED } from '../../../src/lib/suspended.ts'
import { formatColumn } from '../../../src/metrics/column.ts'
import type { PageContext } from '../../../src/page.ts'
import type { ListedUser } from '../../../src/users/list.ts'
import { userHref } from '../../../src/users/paths.ts'
import { type SortName, sortOf } from '../../../src/users/sorts.ts'
import { Badge, type Column, Moment, type TableRow, TwoLines } from '../../parts/index.ts'
import { ScoreBar } from '../../parts/score.tsx'
import type { UsersData } from '../users.tsx'

interface UserColumn extends Column {
  by?: SortName
  /** Not told in privacy mode strict. */
  personal?: true
}

const COLUMNS: readonly UserColumn[] = [
  { key: 'user', label: 'User', by: 'name' },
  { key: 'first', label: 'First request', muted: true, wide: true, personal: true },
  { key: 'plan', label: 'Plan', wide: true },
  { key: 'status', label: 'Status', wide: true },
  { key: 'health', label: 'Health', number: true, by: 'health' },
  { key: 'calls', label: 'Calls, 30 d', number: true, wide: true, by: 'calls' },
  { key: 'cost', label: 'AI cost, 30 d', number: true, by: 'cost' },
  { key: 'mrr', label: 'MRR', number: true, wide: true, by: 'mrr' },
  { key: 'margin', label: 'Margin', number: true, wide: true, by: 'margin' },
  { key: 'created', label: 'Signed up', number: true, muted: true, wide: true, by: 'created' },
  { key: 'seen', label: 'Last seen', number: true, muted: true, by: 'seen' },
]

/** What the phone shows beside the user where columns were chosen. */
const PHONE_COLUMNS = 3

/** All that there are to choose from, and which of them this admin sees; the user's own always is. */
export function columnChoices({ admin, deps }: PageContext): { key: string; label: string; shown: boolean }[] {
  const { userColumns: chosen } = admin.preferences
  return COLUMNS.filter(({ key, personal }) => key !== 'user' && (!personal || deps.config.privacy !== 'strict')).map(
    ({ key, label }) => ({ key, label, shown: !chosen || chosen.includes(key) }),
  )
}

/** The columns, each with the address of the list sorted by it: chosen again it turns round. */
export function userColumns({ sort, dir }: UsersData, context: PageContext): Column[] {
  const { href, admin } = context
  const keys = columnChoices(context).flatMap(({ key, shown }) => (shown ? [key] : []))
  const shown = COLUMNS.filter(({ key }) => key === 'user' || keys.includes(key))
  const own = admin.preferences.userColumns ? shown.map(onPhone) : shown
  return own.map(({ by, personal: _, ...column }) => {
    if (!by) return column
    const active = by === sort
    const next = active ? (dir === 'asc' ? 'desc' : 'asc') : sortOf(by).first
    const query = { sort: by, dir: next === sortOf(by).first ? '' : next, after: '', before: '' }
    return { ...column, sort: { href: href({ query }), ...(active && { active: dir }) } }
  })
}

/** Of one's own columns the first ones are those of the phone. */
const onPhone = ({ wide: _, ...column }: UserColumn, place: number): UserColumn => ({
  ...column,
  ...(place > PHONE_COLUMNS && { wide: true }),
})

/** A row a user; the numbers of a column with the same decimals. */
export function userRows(users: readonly ListedUser[], context: PageContext): TableRow[] {
  const { currency } = context.deps.config
  const column = (of: (user: ListedUser) => number | null, unit: string) => formatColumn(users.map(of), unit, currency)
  const calls = column((user) => user.calls_30d, 'calls')
  const costs = column((user) => user.ai_cost_30d, 'money')
  const mrrs = column((user) => user.mrr, 'money')
  const margins = column((user) => user.margin_30d, 'money')
  return users.map((user, i) => ({
    href: userHref(user.user_id),
    pick: { value: user.user_id, name: user.email || user.username || user.user_id },
    cells: {
      user: <TwoLines title={user.email || user.username || user.user_id} sub={subOf(user, context)} />,
      first: user.first_request ? capital(user.first_request) : '—',
      plan: planOf(user),
      status: statusOf(user),
      health: <ScoreBar score={user.health} band={user.health_band ?? 'unknown'} />,
      calls: calls[i],
      cost: costs[i],
      mrr: <Amount text={mrrs[i]} why={user.mrr === null ? whyUnknown(user) : undefined} />,
      margin: (
        <Amount
          text={margins[i]}
          bad={(user.mrr ?? 0) > 0 && (user.margin_30d ?? 0) < 0}
          quiet={(user.mrr ?? 0) <= 0}
        />
      ),
      created: momentOf(user.created_at, context),
      seen: user.last_seen_at ? momentOf(user.last_seen_at, context) : 'never',
    },
  }))
}

const momentOf = (at: Date, { filters, deps }: PageContext): Child => (
  <Moment at={at} text={momentText(at, filters.today, deps.config.timeZone)} ago />
)

/** Whose they are, or what they are called. */
function subOf({ tenant, tenant_id, name, email, username }: ListedUser, { deps }: PageContext): string | undefined {
  const strict = deps.config.privacy === 'strict'
  return (strict ? undefined : tenant) || tenant_id || name || (email ? username : undefined) || undefined
}

const CLASS_NOTES: Record<string, string> = { trial: 'trial', trial_expired: 'trial ended' }

function planOf({ plan, plan_name, class: own }: ListedUser): Child {
  const note = CLASS_NOTES[own]
  return (
    <>
      {plan_name ?? capital(plan)}
      {note && <span class="q-ink-3">{`, ${note}`}</span>}
    </>
  )
}

/** What is not normal has a badge. */
function statusOf({ status, billing }: ListedUser): Child {
  if ((SUSPENDED as readonly string[]).includes(status)) return <Badge tone="crit" text={status} />
  if (billing === 'past_due') return <Badge tone="warn" text="past due" />
  return <span class="q-ink-2">{status.replaceAll('_', ' ')}</span>
}

const whyUnknown = ({ class: own, tenant_id }: ListedUser): string =>
  own === 'paid' && tenant_id ? 'Paid by the tenant' : 'No exchange rate is known'

const Amount = ({ text, bad, quiet, why }: { text?: string; bad?: boolean; quiet?: boolean; why?: string }) => (
  <span class={bad ? 'q-ink-crit' : quiet ? 'q-ink-2' : undefined} title={why}>
    {text}
    {why && <span class="q-sr">{`, ${why}`}</span>}
  </span>
)

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
