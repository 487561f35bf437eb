import type { ActivityItem, IconName, StreamDay, StreamRow, Tone } from '../../views/parts/index.ts'
import { findAction, labelOf } from '../actions/registry.ts'
import { minorUnits } from '../lib/currency.ts'
import { clockTime, dayTitle, momentText } from '../lib/dates.ts'
import { addDays, dayOf } from '../lib/time.ts'
import { formatValue } from '../metrics/format.ts'
import { userHref } from '../users/paths.ts'
import type { Activity } from './feed.ts'
import type { ActivityKind } from './kinds.ts'
import { incidentWords, sourceWords } from './source-words.ts'

/** What is said of a row, besides who it was about and when. */
export interface Words {
  title: string
  /** Beside who it was about. */
  detail?: string | null
  icon: IconName
  tone?: Tone
}

export interface Wording {
  today: string
  timeZone: string
  /** Rows younger than this are tinted. */
  freshSince?: Date
}

/** A row of the feed in words: what, to whom, when. */
export function describe(activity: Activity, { today, timeZone, freshSince }: Wording): ActivityItem {
  const { title, detail, icon, tone } = WORDS[activity.kind](activity)
  return {
    id: activity.id.replace(/[^\w-]/g, '-'),
    icon,
    tone,
    title,
    detail: [whom(activity), detail].filter(Boolean).join(', '),
    at: activity.ts,
    time: momentText(activity.ts, today, timeZone),
    fresh: freshSince !== undefined && activity.ts >= freshSince,
    ...(activity.userId && { href: userHref(activity.userId) }),
  }
}

/** Rows of the feed by day, in columns: the day is said once, the time to the second. */
export function describeDays(rows: readonly Activity[], wording: Wording): StreamDay[] {
  const { today, timeZone } = wording
  const days = new Map<string, StreamRow[]>()
  for (const activity of rows) {
    const day = dayOf(activity.ts, timeZone)
    const { detail: _, ...item } = describe(activity, wording)
    const { detail } = WORDS[activity.kind](activity)
    const row = {
      ...item,
      time: clockTime(activity.ts, timeZone, true),
      user: activity.who ?? activity.userId,
      tenant: activity.tenant ?? activity.tenantId,
      note: detail ?? undefined,
    }
    days.set(day, [...(days.get(day) ?? []), row])
  }
  return [...days].map(([day, list]) => ({ title: dayHeading(day, today), rows: list }))
}

function dayHeading(day: string, today: string): string {
  const title = dayTitle(day, today)
  if (day === today) return `Today, ${title}`
  return day === addDays(today, -1) ? `Yesterday, ${title}` : title
}

/** The title alone, for lists without pictures (CSV); a tracked event has the name it was sent with. */
export function titleOf(activity: Activity): string {
  if (activity.kind === 'event') return activity.subject || 'Event'
  return WORDS[activity.kind](activity).title
}

/** What went wrong has the critical glyph, whatever it was. */
const FAILED = { icon: 'circle-x', tone: 'crit' } as const satisfies Partial<Words>

const WORDS: Record<ActivityKind, (activity: Activity) => Words> = {
  joined: ({ subject, note }) => ({ title: 'Joined', detail: subject ?? note, icon: 'user-plus' }),
  plan: planWords,
  payment: paymentWords,
  build: (activity) => jobWords(activity, 'hammer'),
  deploy: (activity) => jobWords(activity, 'rocket'),
  object: ({ subject, note }) => ({ title: `${capital(subject ?? 'object')} created`, detail: note, icon: 'folder' }),
  error: errorWords,
  admin: adminWords,
  alert: ({ verb, subject, note }) =>
    verb === 'fired'
      ? { title: subject ?? 'An alert fired', detail: note, icon: 'bell', tone: 'crit' }
      : { title: `Over: ${subject ?? 'an alert'}`, icon: 'circle-check' },
  source: sourceWords,
  incident: incidentWords,
  event: ({ verb, subject, note }) => ({
    title: verb === 'viewed' ? `Viewed ${subject || 'a page'}` : eventWords(subject || 'event'),
    detail: note,
    ...(/(^|[^a-z])(failed|failure|error)$/i.test(subject ?? '') ? FAILED : { icon: 'activity' }),
  }),
}

/** "Suspended, by N. Adeyemi"; what nobody knows is not said to be done. */
function adminWords({ verb, subject, note }: Activity): Words {
  const name = subject ?? ''
  const by = note ? `by ${note}` : null
  if (verb === 'unknown')
    return { title: `${labelOf(name)}: not known whether it was done`, detail: by, icon: 'clock', tone: 'warn' }
  const action = findAction(name)
  return { title: action?.done ?? labelOf(name), detail: by, icon: action?.icon ?? 'user' }
}

const ERROR_WORDS: Record<string, string> = {
  provider: 'provider error',
  timeout: 'timed out',
  safety: 'refused by safety',
  rate_limit: 'rate limit',
  client: 'bad request',
  server: 'server error',
}

/** Where an error of the product itself arose; any other verb is that of a call. */
const APP_ERRORS: Record<string, string> = { client: 'Browser error', server: 'Server error', log: 'Logged error' }

function errorWords({ verb, subject, note, amount }: Activity): Words {
  const own = APP_ERRORS[verb]
  if (own) return { title: own, detail: [subject, note].filter(Boolean).join(': '), ...FAILED }
  const took = amount === null ? null : formatValue(amount, 'ms', 'table')
  const detail = [subject, ERROR_WORDS[note ?? ''] ?? note, took].filter(Boolean).join(', ')
  return { title: 'Call failed', detail, ...FAILED }
}

function planWords({ verb, subject, amount, currency }: Activity): Words {
  const plan = subject ? capital(subject) : 'a plan'
  const perMonth = amount ? `${signed(amount, currency)} a month` : null
  switch (verb) {
    case 'new':
      return { title: `Subscribed to ${plan}`, detail: perMonth, icon: 'credit-card' }
    case 'expansion':
      return { title: `Upgraded to ${plan}`, detail: perMonth, icon: 'arrow-up-right' }
    case 'contraction':
      return { title: `Downgraded to ${plan}`, detail: perMonth, icon: 'arrow-down' }
    case 'reactivation':
      return { title: `Came back to ${plan}`, detail: perMonth, icon: 'arrow-back-up' }
    default:
      return { title: `Left ${plan}`, detail: perMonth, icon: 'user-minus', tone: 'warn' }
  }
}

function paymentWords({ verb, subject, note, amount, currency }: Activity): Words {
  const sum = amountText(amount, currency)
  if (verb === 'failed') return { title: `Payment failed, ${sum}`, detail: note ?? subject, ...FAILED }
  if (verb === 'refunded') return { title: `Refunded ${sum}`, detail: subject, icon: 'receipt-refund' }
  if (verb === 'pending') return { title: `Payment pending, ${sum}`, detail: subject, icon: 'clock' }
  return { title: `Payment ${sum}`, detail: subject, icon: 'cash-banknote' }
}

function jobWords({ verb, subject, note, amount }: Activity, icon: IconName): Words {
  const job = capital(subject || 'job')
  const took = amount === null ? null : formatValue(amount, 'ms', 'table')
  switch (verb) {
    case 'started':
      return { title: `${job} started`, detail: note, icon }
    case 'failed':
      return { title: `${job} failed`, detail: note ?? took, ...FAILED }
    case 'cancelled':
      return { title: `${job} cancelled`, detail: took, icon: 'ban' }
    default:
      return {
        title: icon === 'rocket' ? 'Deployed' : `${job} finished`,
        detail: took,
        icon: icon === 'rocket' ? icon : 'circle-check',
      }
  }
}

function whom({ who, userId, tenant, tenantId }: Activity): string {
  return who ?? (userId || tenant || tenantId)
}

/** "$490.00" of minor units. */
export function amountText(minor: number | null, currency: string | null): string {
  if (minor === null) return 'unknown'
  return formatValue(minor / minorUnits(currency ?? 'USD'), 'money', 'table', currency ?? 'USD')
}

function signed(minor: number, currency: string | null): string {
  return `${minor < 0 ? '−' : '+'}${amountText(Math.abs(minor), currency)}`
}

/** "site_deployed" and "siteDeployed" read "Site deployed"; a name with spaces stays as it is. */
function eventWords(name: string): string {
  if (/\s/.test(name)) return name
  return capital(name.replace(/([a-z\d])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`))
}

function capital(text: string): string {
  const words = text.replace(/[_-]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
