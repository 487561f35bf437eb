import { expect, it } from 'vitest'
import type { AdminWho } from '../src/env.ts'
import { parseFilters } from '../src/lib/filters.ts'
import { navOf } from '../src/page-frame.ts'
import { pages } from '../src/pages.ts'
import { paletteOf } from '../src/palette.ts'

const admin: AdminWho = {
  kind: 'admin',
  id: 'a',
  email: 'a@x.example',
  name: null,
  role: 'viewer',
  preferences: {},
  tenants: null,
  sessionId: 's',
}
const links = (query: string) => {
  const context = { who: admin, now: new Date('2026-11-20T12:00:00Z'), timeZone: 'UTC' }
  const groups = navOf(pages, admin, parseFilters(new URLSearchParams(query), context))
  return groups.flatMap((group) => group.pages.map(({ href }) => href))
}

/** In the order of the product's plan; what is not built is not there. */
const PATHS = [
  '/dashboard',
  '/dashboard/live',
  '/dashboard/activity',
  '/dashboard/alerts',
  '/dashboard/users',
  '/dashboard/health',
  '/dashboard/segments',
  '/dashboard/system',
  '/dashboard/emails',
  '/dashboard/boards',
  '/dashboard/metrics',
  '/dashboard/data',
  '/dashboard/settings',
]

it('the nav keeps the filters that are set, and stays bare without', () => {
  expect(links('')).toEqual(PATHS)
  const query = '?range=7d&compare=year&tenant=acme'
  expect(links(query)).toEqual(PATHS.map((path) => path + query))
})

it('groups stand in their order, and those without a page are left out', () => {
  const context = { who: admin, now: new Date('2026-11-20T12:00:00Z'), timeZone: 'UTC' }
  const groups = navOf(pages, admin, parseFilters(new URLSearchParams(), context))
  expect(groups.map(({ group, pages }) => `${group}: ${pages.map(({ title }) => title).join(', ')}`)).toEqual([
    'Now: Overview, Live, Activity, Alerts',
    'People: Users, Health, Segments',
    'Engineering: System',
    'Work: E-mails, Boards, Metrics, Data, Settings',
  ])
})

it('the palette finds what the nav does not show, and no page of something that it would have to name', () => {
  const { items } = paletteOf(pages, admin, { keys: [], of: () => undefined as never })
  const own = items.filter(({ group }) => group === 'Pages').map(({ href }) => href)
  expect(own).toEqual(
    expect.arrayContaining([
      '/dashboard/segments',
      '/dashboard/annotations',
      '/dashboard/rates',
      '/dashboard/backfill',
    ]),
  )
  // Not for a viewer, who cannot make one.
  expect(own).not.toContain('/dashboard/metrics/new')
  expect(own.filter((href) => href.includes(':'))).toEqual([])
})
