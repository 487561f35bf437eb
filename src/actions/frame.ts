import { SETTINGS_PATH } from '../settings/paths.ts'
import { USERS_PATH, userHref } from '../users/paths.ts'
import { PRODUCT_PATH } from './paths.ts'
import { nameOf } from './subject.ts'
import type { Subject, SubjectKind } from './types.ts'

interface Crumb {
  label: string
  href: string
}

interface SubjectFrame {
  /** The page of the nav that is current. */
  page: string
  /** The way back, as far as there are pages for it. */
  crumbs: (subject: Subject) => Crumb[]
  /** Where one goes who does not do it. */
  back: (subject: Subject) => string
}

const FRAMES: Record<SubjectKind, SubjectFrame> = {
  user: {
    page: USERS_PATH,
    crumbs: (subject) => [
      { label: 'Users', href: USERS_PATH },
      ...(subject.id === '' ? [] : [{ label: nameOf(subject), href: userHref(subject.id) }]),
    ],
    back: ({ id }) => (id === '' ? '/dashboard/activity' : userHref(id)),
  },
  product: {
    page: SETTINGS_PATH,
    crumbs: () => [
      { label: 'Settings', href: SETTINGS_PATH },
      { label: 'Product controls', href: PRODUCT_PATH },
    ],
    back: () => PRODUCT_PATH,
  },
}

/** What stands around the pages of actions on a subject. */
export const frameFor = ({ kind }: Pick<Subject, 'kind'>): SubjectFrame => FRAMES[kind]
