import type { FactKind, StoredRow } from './types.ts'

/** What of a kind's rows is about a person; columns as they are stored. */
export interface Personal {
  /** Hold the id of the person whom the row is about. */
  ids: readonly string[]
  /** Holds the id of a visitor, who may be somebody else's device. */
  visitor?: 'anonymous_id'
  /** Hold the id of a visit. */
  sessions?: readonly string[]
  /** Describe the person, or hold what they wrote or were written: what stands there of who is erased. */
  cleared?: Readonly<Record<string, '' | 'deleted' | null>>
}

/** A kind that is not here is about nobody. */
export const personal: Partial<Record<FactKind, Personal>> = {
  users: {
    ids: ['user_id'],
    cleared: {
      email: null,
      username: null,
      city: null,
      time_zone: null,
      referrer: null,
      traits: null,
      // As one whom the product has deleted: in no list, and in no count of users.
      status: 'deleted',
    },
  },
  identities: { ids: ['anonymous_id', 'user_id'] },
  objects: { ids: ['user_id'], cleared: { name: null, properties: null } },
  subscriptions: { ids: ['customer_id', 'user_id'], cleared: { properties: null } },
  mrr_movements: { ids: ['customer_id', 'user_id'] },
  payments: { ids: ['user_id'], cleared: { properties: null } },
  invoices: { ids: ['customer_id', 'user_id'], cleared: { properties: null } },
  jobs: { ids: ['user_id'], cleared: { error: null, properties: null } },
  events: {
    ids: ['user_id'],
    visitor: 'anonymous_id',
    sessions: ['session_id'],
    cleared: { city: null, properties: null },
  },
  api_calls: { ids: ['user_id'], cleared: { request_id: null, properties: null } },
  campaigns: { ids: ['user_id'] },
  component_uses: { ids: ['user_id'], cleared: { properties: null } },
  prompts: { ids: ['user_id'], cleared: { text: null, properties: null } },
  messages: { ids: ['user_id'], cleared: { recipient: null, subject: null, text: null, properties: null } },
  tickets: { ids: ['user_id'], cleared: { subject: null, properties: null } },
  feedback: { ids: ['user_id'], cleared: { comment: null, properties: null } },
  app_errors: {
    ids: ['user_id'],
    visitor: 'anonymous_id',
    sessions: ['session_id'],
    cleared: { message: '', url: null, properties: null },
  },
  web_vitals: { ids: ['user_id'], visitor: 'anonymous_id', sessions: ['session_id'] },
  invites: { ids: ['user_id', 'accepted_user_id'], cleared: { invitee: null } },
  exposures: { ids: ['user_id'], visitor: 'anonymous_id', sessions: ['session_id'], cleared: { properties: null } },
}

/** What stands in the place of an id that was erased; undefined = it was not. */
export type Pseudonyms = (id: string) => string | undefined

/**
 * A row of somebody who was erased, as it may be stored: under the pseudonym, and without what describes them. Undefined =
 * not at all: who an id turned out to be is not told any more.
 */
export function withoutErased(kind: FactKind, row: StoredRow, pseudonymOf: Pseudonyms): StoredRow | undefined {
  const about = personal[kind]
  if (!about) return row
  const names = about.visitor ? [...about.ids, about.visitor] : about.ids
  const renamed = Object.fromEntries(
    names.flatMap((name) => {
      const id = row[name]
      const pseudonym = typeof id === 'string' && id !== '' ? pseudonymOf(id) : undefined
      return pseudonym === undefined ? [] : [[name, pseudonym] as const]
    }),
  )
  if (Object.keys(renamed).length === 0) return row
  if (kind === 'identities') return undefined
  // What somebody else did at the same device is theirs.
  const isTheirs = about.ids.some((name) => name in renamed) || !about.ids.some((name) => row[name])
  if (!isTheirs) return { ...row, ...renamed }
  const cleared = Object.entries(about.cleared ?? {}).map(([name, value]) => [name, value ?? undefined] as const)
  const visits = (about.sessions ?? []).map((name) => [name, undefined] as const)
  return { ...row, ...Object.fromEntries([...cleared, ...visits]), ...renamed }
}

/** Whether a fact as it was sent names somebody who was erased: what was refused of it is not kept. */
export const namesErased = (row: Record<string, unknown>, pseudonymOf: Pseudonyms): boolean =>
  Object.values(row).some((value) => typeof value === 'string' && value !== '' && pseudonymOf(value) !== undefined)
