import type { Deps } from '../context.ts'
import type { Cell } from '../exports/csv.ts'
import type { ListedUser } from './list.ts'

/** A user as programs have them, in files and as JSON. */
const COLUMNS = {
  user_id: (user) => user.user_id,
  email: (user) => user.email,
  username: (user) => user.username,
  name: (user) => user.name,
  tenant_id: (user) => user.tenant_id,
  status: (user) => user.status,
  class: (user) => user.class,
  plan: (user) => user.plan,
  first_request: (user) => user.first_request,
  country: (user) => user.country,
  provider: (user) => user.provider,
  created_at: (user) => user.created_at,
  last_seen_at: (user) => user.last_seen_at,
  calls_30d: (user) => user.calls_30d,
  ai_cost_30d: (user) => user.ai_cost_30d,
  mrr: (user) => user.mrr,
  margin_30d: (user) => user.margin_30d,
  health: (user) => user.health,
  health_band: (user) => user.health_band,
} as const satisfies Record<string, (user: ListedUser) => Cell>
export type UserColumn = keyof typeof COLUMNS
export const USER_COLUMNS = Object.keys(COLUMNS) as UserColumn[]

/** What somebody is called, wrote, and where they are. */
const PERSONAL: ReadonlySet<UserColumn> = new Set(['name', 'first_request', 'country', 'provider'])

/** Those that are told. */
export const columnsFor = ({ config }: Pick<Deps, 'config'>): UserColumn[] =>
  USER_COLUMNS.filter((name) => config.privacy !== 'strict' || !PERSONAL.has(name))

export const cellsOf = (user: ListedUser, names: readonly UserColumn[]): Cell[] =>
  names.map((name) => COLUMNS[name](user))

export const objectOf = (user: ListedUser, names: readonly UserColumn[]): Record<string, Cell> =>
  Object.fromEntries(names.map((name) => [name, COLUMNS[name](user)]))
