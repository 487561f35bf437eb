import type { FoldContext } from './types.ts'

type Account = Record<string, unknown> & { user_id: string; created_at: string; created_known: boolean }

/**
 * Of ids that were merged into a user, the accounts that were made of them: what they say fills the gaps of the user's
 * own, and they go, so that one person is one user in every total. A beginning that was told holds against one that was
 * guessed, and of two of a kind the earlier: whoever had an account before is no new user. Answers whose accounts changed.
 * Writers may make such an account again by naming the old id: it is marked dirty then as any other, and goes again.
 */
export async function mergeAccounts(context: FoldContext, ids: string[]): Promise<string[]> {
  const { tx } = context
  const owners = await ownersOf(context, ids)
  if (owners.size === 0) return []
  const all = [...new Set([...owners.keys(), ...owners.values()])]
  // Locked in the order in which the writers lock them; one who is told of them meanwhile waits, and comes after.
  const rows = await tx<{ account: Account }[]>`
    select to_jsonb(u) as account from users u where user_id = any(${all}::text[]) order by user_id for update`
  const accounts = new Map(rows.map(({ account }) => [account.user_id, account]))
  const left = mergeAll(accounts, owners)
  await markSignups(context, [...accounts.values(), ...left])
  await tx`delete from users where user_id = any(${all}::text[])`
  await tx`
    insert into users select * from json_populate_recordset(null::users, ${JSON.stringify(left)}::text::json)`
  return all
}

/**
 * Of those ids that have an account, the users they were merged into. In two questions: joined into one, each user found
 * by id was compared with all the ids (10,000 of them: 5 s).
 */
async function ownersOf({ tx }: FoldContext, ids: string[]): Promise<Map<string, string>> {
  const merged = await tx<{ id: string; user_id: string }[]>`
    select id, user_id from merged_ids where id = any(${ids}::text[]) and id <> user_id`
  if (merged.length === 0) return new Map()
  const found = await tx`select user_id from users where user_id = any(${merged.map(({ id }) => id)}::text[])`
  const accounts = new Set(found.map((row) => row.user_id as string))
  return new Map(merged.filter(({ id }) => accounts.has(id)).map(({ id, user_id }) => [id, user_id]))
}

/** The accounts that are left of all. */
function mergeAll(accounts: Map<string, Account>, owners: Map<string, string>): Account[] {
  const left = new Map([...accounts].filter(([id]) => !owners.has(id)))
  for (const [id, owner] of owners) {
    const account = accounts.get(id)
    const own = left.get(owner)
    if (account) left.set(owner, own ? filled(own, account) : { ...account, user_id: owner })
  }
  return [...left.values()]
}

function filled(own: Account, other: Account): Account {
  const gaps = Object.entries(other).filter(([name]) => own[name] === null || own[name] === '')
  return { ...own, ...Object.fromEntries(gaps), ...beginning(own, other), traits: traitsOf(own, other) }
}

function beginning(own: Account, other: Account): Pick<Account, 'created_at' | 'created_known'> {
  const [first, second] = Date.parse(own.created_at) <= Date.parse(other.created_at) ? [own, other] : [other, own]
  const { created_at, created_known } = second.created_known && !first.created_known ? second : first
  return { created_at, created_known }
}

function traitsOf(own: Account, other: Account): unknown {
  if (!own.traits || !other.traits) return own.traits ?? other.traits
  return { ...other.traits, ...own.traits }
}

async function markSignups({ tx, config }: FoldContext, accounts: Account[]): Promise<void> {
  const instants = accounts.map((account) => account.created_at)
  await tx`
    insert into dirty_buckets
    select distinct 'signup_days', date_trunc('day', at, ${config.timeZone}) from unnest(${instants}::timestamptz[]) at`
}
