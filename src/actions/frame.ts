import { pages } from '../pages.ts'
import { userHref } from './paths.ts'
import { nameOf } from './subject.ts'
import type { Subject } from './types.ts'

const there = (path: string): boolean => pages.some((page) => page.path === path)

/** The way back to the user, as far as there are pages for it. */
export function crumbsOf(subject: Pick<Subject, 'id' | 'email' | 'username'>): { label: string; href: string }[] {
  return [
    ...(there('/dashboard/users') ? [{ label: 'Users', href: '/dashboard/users' }] : []),
    ...(there('/dashboard/users/:id') && subject.id !== ''
      ? [{ label: nameOf(subject), href: userHref(subject.id) }]
      : []),
  ]
}

/** Where one goes who does not do it. */
export const backHref = (userId: string): string =>
  there('/dashboard/users/:id') && userId !== '' ? userHref(userId) : '/dashboard/activity'
