import { userHref } from '../users/paths.ts'

export const ERASURES_PATH = '/dashboard/erasures'

/** Where it is asked whether a user is to be erased. */
export const eraseHref = (id: string): string => `${userHref(id)}/erase`
/** Everything that is held of a user, as a file. */
export const dataHref = (id: string): string => `/api/users/${encodeURIComponent(id)}/data`
