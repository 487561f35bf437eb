import { APPEND_TABLES } from '../facts/append.ts'
import { type Personal, personal } from '../facts/personal.ts'

/** A table that holds something of a user. Every column that can is here; a test compares them with the schema. */
export interface Held extends Personal {
  table: string
}

const APPENDED: ReadonlySet<string> = new Set(APPEND_TABLES)
const factTables: Held[] = Object.entries(personal).map(([table, about]) => ({ table, ...about }))

/** Facts that are only ever added, by month: a user may have millions. */
export const appended = factTables.filter(({ table }) => APPENDED.has(table))

/** What roll-ups and facts have to agree about at any time: whose account, whose money. */
const TOGETHER = new Set(['users', 'identities', 'subscriptions', 'mrr_movements'])
const accounts = factTables.filter(({ table }) => TOGETHER.has(table))

/** The other facts with a life, by id. */
export const states = factTables.filter(({ table }) => !APPENDED.has(table) && !TOGETHER.has(table))

const byUser = (...tables: string[]): Held[] => tables.map((table) => ({ table, ids: ['user_id'] }))
const byCustomer = (...tables: string[]): Held[] => tables.map((table) => ({ table, ids: ['customer_id'] }))

/** Roll-ups by person, with the accounts: renamed in one transaction, while nothing is folded. */
export const together: readonly Held[] = [
  ...accounts,
  { table: 'merged_ids', ids: ['id', 'user_id'] },
  ...byUser('user_days', 'user_activity', 'user_firsts', 'user_countries', 'user_trouble_days', 'user_plans'),
  ...byUser('campaign_user_days', 'object_user_days', 'object_counts', 'health_scores', 'subscription_states'),
  { table: 'session_days', ids: ['user_id'], sessions: ['session_id'] },
  { table: 'exposed_people', ids: ['person'] },
  ...byCustomer('subscription_spans', 'customer_mrr_days', 'mixed_payers', 'account_changes'),
  ...byUser('dirty_users'),
  { table: 'dirty_identities', ids: ['anonymous_id'] },
]

/** Made of the others by what counts users, or written down about them: they go. */
export const dropped: readonly Held[] = byUser('user_health', 'user_notes', 'user_tags', 'user_profiles')

/** Erased in their own ways; here for the export. */
const special: readonly Held[] = byUser('user_stats', 'emails', 'action_runs', 'webhook_things')

/** Everything that is handed out to who asks what is held of them. */
export const exported: readonly Held[] = [
  ...accounts,
  ...states,
  ...appended,
  ...together.filter(({ table }) => !TOGETHER.has(table) && !table.startsWith('dirty_')),
  ...dropped,
  ...special,
]

/** Every table and column of the above, for the test. */
export const heldColumns = (): string[] =>
  [...accounts, ...states, ...appended, ...together, ...dropped, ...special].flatMap(({ table, ids, visitor }) =>
    [...ids, ...(visitor ? [visitor] : [])].map((name) => `${table}.${name}`),
  )

/** Texts of our own which may name a user: what an admin wrote, what an alert told. */
export const TEXTS: readonly { table: string; column: string; json?: true }[] = [
  { table: 'alerts', column: 'title' },
  { table: 'alerts', column: 'text' },
  { table: 'alerts', column: 'subject' },
  { table: 'alert_events', column: 'note' },
  { table: 'annotations', column: 'text' },
  { table: 'annotations', column: 'link' },
  { table: 'user_notes', column: 'text' },
  { table: 'incidents', column: 'message' },
  { table: 'incidents', column: 'sample' },
  { table: 'saved_views', column: 'query' },
  { table: 'boards', column: 'filters' },
  { table: 'boards', column: 'removed', json: true },
  { table: 'board_cards', column: 'title' },
  { table: 'board_cards', column: 'config', json: true },
  { table: 'segments', column: 'name' },
  { table: 'segments', column: 'rule', json: true },
  { table: 'emails', column: 'subject' },
  { table: 'emails', column: 'text' },
  { table: 'notifications', column: 'payload', json: true },
  { table: 'notification_attempts', column: 'detail' },
  { table: 'webhook_things', column: 'said', json: true },
  { table: 'action_runs', column: 'request', json: true },
  { table: 'action_runs', column: 'reason' },
  { table: 'action_runs', column: 'problem' },
  { table: 'action_runs', column: 'answer', json: true },
  { table: 'job_runs', column: 'note' },
  { table: 'job_runs', column: 'error' },
  { table: 'rejected_facts', column: 'reason' },
  { table: 'source_events', column: 'reason' },
  { table: 'sync_state', column: 'reason' },
]
