import { isAllowed } from '../auth/guards.ts'
import type { AdminWho } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import type { Page } from '../page.ts'

export interface ViewAddress {
  path: string
  /** With its question mark, or ''. */
  query: string
}

const MAX_ADDRESS = 2_000
/** Where a reader stood, and what a form said: no part of a view. */
const PASSING = ['before', 'after', 'back', 'done', 'annotated', 'replayed']

/** A page with its filters, out of an address that a browser sent. @throws Problem 422 where it is none of the pages */
export function viewAddress(pages: readonly Page[], admin: AdminWho, address: string | undefined): ViewAddress {
  const url = address && address.length <= MAX_ADDRESS ? URL.parse(address, ORIGIN) : null
  const known = url?.origin === ORIGIN ? pageAt(pages, url.pathname) : undefined
  if (!url || !known || !isAllowed({ role: known.role }, admin))
    throw new Problem(
      422,
      'Not a page',
      `Only the address of a page can be kept, of at most ${MAX_ADDRESS} characters.`,
    )
  for (const name of PASSING) url.searchParams.delete(name)
  return { path: url.pathname, query: url.search }
}

const ORIGIN = 'http://here.invalid'

/** The page that a path leads to. */
export function pageAt(pages: readonly Page[], path: string): Page | undefined {
  const parts = path.split('/')
  return pages.find((page) => {
    const wanted = page.path.split('/')
    return (
      wanted.length === parts.length && wanted.every((part, i) => (part.startsWith(':') ? parts[i] : part === parts[i]))
    )
  })
}
