import type { Sql } from 'postgres'
import type { ActivityItem } from '../../views/parts/index.ts'
import { describe, type Wording } from '../activity/describe.ts'
import { type Activity, type ActivityPage, activityPage } from '../activity/feed.ts'
import { type ActivityKind, ALL_KINDS } from '../activity/kinds.ts'
import { type ActivitySource, activitySources } from '../activity/sources.ts'
import type { Deps } from '../context.ts'
import type { FoundUser } from './find.ts'

/** What only the timeline of one user tells. */
const OWN_KINDS = ['message', 'ticket', 'rating', 'act'] as const
type OwnKind = (typeof OWN_KINDS)[number]

/** The tabs of the timeline, with the kinds they show; none = all. */
export const TIMELINE_TABS = {
  all: { label: 'All', kinds: [] },
  builds: { label: 'Builds', kinds: ['build', 'deploy', 'object'] },
  messages: { label: 'Messages', kinds: ['message', 'ticket', 'rating'] },
  money: { label: 'Money', kinds: ['plan', 'payment'] },
  errors: { label: 'Errors', kinds: ['error'] },
  events: { label: 'Events', kinds: ['event', 'joined'] },
  admin: { label: 'Admin', kinds: ['admin', 'act'] },
} as const satisfies Record<string, { label: string; kinds: readonly (ActivityKind | OwnKind)[] }>
export type TimelineTab = keyof typeof TIMELINE_TABS
export const isTimelineTab = (text: string): text is TimelineTab => Object.hasOwn(TIMELINE_TABS, text)

/** What happened with a user, newest first: a page of it; `acts`: what admins did with them is told as well. */
export function timelineOf(
  deps: Deps,
  { ids, scope }: FoundUser,
  { tab, before, limit, acts }: { tab: TimelineTab; before?: string; limit: number; acts: boolean },
): Promise<ActivityPage> {
  const kinds = [...TIMELINE_TABS[tab].kinds] as ActivityKind[]
  return activityPage(deps, { scope, kinds, limit, before, users: ids, sources: (sql) => sourcesOf(sql, ids, acts) })
}

/** A row in words; what all rows have in common, the user, is not said. */
export function describeForUser(activity: Activity, wording: Wording): ActivityItem {
  const nobody = { ...activity, who: null, userId: '', tenant: null, tenantId: '' }
  if ((ALL_KINDS as string[]).includes(activity.kind)) return describe(nobody, wording)
  const words = WORDS[activity.kind as unknown as OwnKind](activity)
  // For its times; the words are others.
  return { ...describe({ ...nobody, kind: 'joined' }, wording), detail: undefined, tone: undefined, ...words }
}

type OwnWords = Pick<ActivityItem, 'icon' | 'title' | 'detail' | 'tone'>
const WORDS: Record<OwnKind, (activity: Activity) => OwnWords> = {
  message: ({ verb, subject, note }) => ({
    icon: subject === 'email' ? 'mail' : 'message',
    title: `${MESSAGES[subject ?? ''] ?? 'Message'} ${verb === 'in' ? 'from the user' : 'to the user'}`,
    detail: note ?? undefined,
    ...(note === 'bounced' || note === 'failed' ? { tone: 'warn' as const } : {}),
  }),
  ticket: ({ subject, note }) => ({
    icon: 'message',
    title: 'Ticket opened',
    detail: [subject, note].filter(Boolean).join(', ') || undefined,
  }),
  rating: ({ subject, note }) => ({
    icon: 'message',
    title: RATINGS[subject ?? ''] ?? 'Feedback',
    detail: note ?? undefined,
  }),
  act: ({ subject, note }) => ({
    icon: 'user',
    title: actWords(subject ?? ''),
    detail: note ? `by ${note}` : undefined,
  }),
}
const MESSAGES: Record<string, string> = { chat: 'Chat message', email: 'E-mail', sms: 'Text message' }
const RATINGS: Record<string, string> = { nps: 'Recommendation', csat: 'Satisfaction', rating: 'Rating' }

/** "user.note.create" → "Note create": what was done, without the thing it was done to. */
function actWords(action: string): string {
  const known: Record<string, string> = {
    'user.note.create': 'Note written',
    'user.note.delete': 'Note deleted',
    'user.tag.add': 'Tag added',
    'user.tag.remove': 'Tag removed',
    'user.messages.read': 'Messages read',
  }
  const words = action.replace(/^user\./, '').replace(/[._-]+/g, ' ')
  return known[action] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

const sourcesOf = (sql: Sql, ids: readonly string[], acts: boolean): ActivitySource[] => [
  // What happened to the sources, in a log or to a number is nobody's.
  ...activitySources(sql).filter(({ kinds }) => !NOBODYS.some((kind) => kinds.includes(kind))),
  ...ownSources(sql, ids).filter(({ kinds }) => acts || kinds[0] !== own('act')[0]),
]

const NOBODYS: readonly ActivityKind[] = ['source', 'incident', 'alert']
const own = (kind: OwnKind): ActivityKind[] => [kind as unknown as ActivityKind]
const NO_AMOUNT = (sql: Sql) => sql`null::bigint as amount, null::text as currency`

/** What was written is not here: reading it is an act of its own. */
function ownSources(sql: Sql, ids: readonly string[]): ActivitySource[] {
  return [
    {
      kinds: own('message'),
      table: sql`messages s`,
      ts: sql`s.ts`,
      id: sql`'g:' || s.message_id`,
      columns: sql`'message' as kind, s.direction as verb, s.user_id, s.tenant_id, s.channel as subject, s.status as note,
        ${NO_AMOUNT(sql)}`,
    },
    {
      kinds: own('ticket'),
      table: sql`tickets s`,
      ts: sql`s.created_at`,
      id: sql`'t:' || s.ticket_id`,
      columns: sql`'ticket' as kind, 'opened' as verb, s.user_id, s.tenant_id, s.status as subject, s.priority as note,
        ${NO_AMOUNT(sql)}`,
    },
    {
      kinds: own('rating'),
      table: sql`feedback s`,
      ts: sql`s.ts`,
      id: sql`'f:' || coalesce(s.message_id::text, s.tableoid::bigint || s.ctid::text)`,
      columns: sql`'rating' as kind, 'given' as verb, s.user_id, s.tenant_id, s.kind as subject,
        s.score || coalesce(' of ' || s.max, '') as note, ${NO_AMOUNT(sql)}`,
    },
    {
      kinds: own('act'),
      // Of the user's tenant, whatever that is: it is their page that tells of it. Actions tell of themselves.
      table: sql`(
        select l.id, l.at, l.action, substr(l.target, 6) as user_id, u.tenant_id, coalesce(a.name, a.email, k.name) as by
        from audit_log l join users u on u.user_id = ${ids[0] ?? ''}
          left join admins a on l.actor = 'admin:' || a.id left join api_keys k on l.actor = 'key:' || k.id
        where not coalesce(l.detail ? 'run', false) and l.target = any(${ids.map((id) => `user:${id}`)}::text[])
      ) s`,
      ts: sql`s.at`,
      id: sql`'l:' || s.id`,
      columns: sql`'act' as kind, 'done' as verb, s.user_id, s.tenant_id, s.action as subject, s.by as note,
        ${NO_AMOUNT(sql)}`,
    },
  ]
}
