import { userHref } from '../users/paths.ts'
import { CONTRACT_PATH } from './contract.ts'
import { kindOf } from './registry.ts'
import type { SubjectKind } from './types.ts'

/** The page of what is set for the whole product. */
export const PRODUCT_PATH = '/dashboard/settings/product'

/** Of what is about nobody who is there already: where a user's id would stand. */
const NOBODY = 'new'
export const subjectOf = (param: string): string => (param === NOBODY ? '' : param)

/** By what they are about: where actions are asked for here, and where the main app is asked. */
const PLACES: Record<SubjectKind, { here: (id: string) => string; there: (id: string) => string }> = {
  user: {
    here: (id) => userHref(id || NOBODY),
    there: (id) => (id === '' ? '/users' : `/users/${encodeURIComponent(id)}`),
  },
  product: { here: () => PRODUCT_PATH, there: () => '/product' },
}

/** The page that asks before an action; `undo` is the run that it would take back. */
export const askHref = (id: string, action: string, undo?: string): string =>
  `${PLACES[kindOf(action)].here(id)}/actions/${action}${undo ? `?undo=${undo}` : ''}`

/** Where the main app is asked for an action, behind CONTRACT_PATH. */
export const contractPath = (id: string, action: string): string =>
  `${PLACES[kindOf(action)].there(id)}/actions/${action}`

/** The same as the contract tells it: with a parameter where the id stands. */
export const contractAddress = (param: string, action: string): string =>
  `${CONTRACT_PATH}${contractPath(param, action)}`.replaceAll('%7B', '{').replaceAll('%7D', '}')

/** The page of a run: what became of it. */
export const runHref = (id: string): string => `/dashboard/actions/${id}`
export const liveRunHref = (id: string): string => `/live/actions/${id}`

/** The page that asks, with some of its fields filled in. */
export function askWithHref(action: string, fields: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(fields).map(([name, value]) => [`f.${name}`, value]))
  return askHref('', action) + (query.size > 0 ? `?${query}` : '')
}
