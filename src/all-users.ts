import type { OfWhom } from '../views/parts/index.ts'
import type { Filters } from './lib/filters.ts'
import { PEOPLE_FILTERS, type PeopleFilter } from './metrics/honours.ts'

type Asked = Pick<Filters, PeopleFilter>

/** What to say of a number that does not honour all of the filters that are set; undefined where it does. */
export function allUsersText(ignored: readonly PeopleFilter[] | undefined, asked: Asked): OfWhom | undefined {
  if (!ignored?.length) return undefined
  const why = `this number is not kept by ${ignored.join(' or ')}.`
  if (setOf(asked).length === ignored.length) return { mark: 'all users', why: `All users: ${why}` }
  return ignored[0] === 'plan'
    ? { mark: 'all plans', why: `Users of all plans: ${why}` }
    : { mark: 'all segments', why: `Users of all segments: ${why}` }
}

/** The same of a card whose numbers are not metrics, or readings of the moment. */
export function allUsersHere(filters: Asked): OfWhom | undefined {
  return allUsersText(setOf(filters), filters)
}

/** For a page where neither is a filter, but one is kept in its address. */
export function allUsersPage(filters: Asked): string | undefined {
  const set = setOf(filters)
  return set.length ? `This page is of all users: it is not kept by ${set.join(' or ')}.` : undefined
}

const setOf = (asked: Asked): PeopleFilter[] => PEOPLE_FILTERS.filter((name) => asked[name] !== undefined)
