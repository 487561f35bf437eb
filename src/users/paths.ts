export const USERS_PATH = '/dashboard/users'

/** The page of one user. */
export const userHref = (id: string): string => `${USERS_PATH}/${encodeURIComponent(id)}`
