/** The page of a user. */
export const userHref = (userId: string): string => `/dashboard/users/${encodeURIComponent(userId)}`

/** Of what is about nobody who is there already: where a user's id would stand. */
const NOBODY = 'new'
export const subjectOf = (param: string): string => (param === NOBODY ? '' : param)

/** The page that asks before an action; `undo` is the run that it would take back. */
export const askHref = (userId: string, action: string, undo?: string): string =>
  `/dashboard/users/${encodeURIComponent(userId || NOBODY)}/actions/${action}${undo ? `?undo=${undo}` : ''}`

/** The page of a run: what became of it. */
export const runHref = (id: string): string => `/dashboard/actions/${id}`
export const liveRunHref = (id: string): string => `/live/actions/${id}`
