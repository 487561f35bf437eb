import { z } from 'zod'
import { activityPage } from '../../activity/feed.ts'
import { defineKind, wholeNumber } from './define.ts'

export const MAX_ITEMS = 25
const DEFAULT_ITEMS = 10

/** What happened, newest first. */
export default defineKind({
  label: 'Activity',
  about: 'What happened, newest first: all of it, or only what is notable.',
  icon: 'activity',
  fields: {
    notable: z.boolean({ error: 'true or false.' }).optional(),
    limit: wholeNumber(1, MAX_ITEMS).optional(),
  },
  widths: [4, 6, 8, 12],
  heights: ['m', 'l'],
  metrics: () => [],
  title: ({ notable }) => (notable ? 'Notable activity' : 'Activity'),
  load: ({ deps, filters: { scope } }, { notable, limit }) =>
    activityPage(deps, { scope, limit: limit ?? DEFAULT_ITEMS, notable: notable ?? false }),
})
