import { isAllowed } from '../auth/guards.ts'
import type { Who } from '../env.ts'
import { eraseHref } from './paths.ts'

/** Where whoever looks can have erased what is held of a user; undefined = it is not for them. */
export const eraseHrefFor = (who: Who, id: string): string | undefined =>
  who.tenants === null && isAllowed({ role: 'owner' }, who) ? eraseHref(id) : undefined
