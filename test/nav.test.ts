import { expect, it } from 'vitest'
import type { AdminWho } from '../src/env.ts'
import { parseFilters } from '../src/lib/filters.ts'
import { navOf } from '../src/page-frame.ts'
import { pages } from '../src/pages.tsx'

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

it('the nav keeps the filters that are set, and stays bare without', () => {
  expect(links('')).toEqual([
    '/dashboard',
    '/dashboard/live',
    '/dashboard/activity',
    '/dashboard/system',
    '/dashboard/metrics',
    '/dashboard/data',
  ])
  expect(links('range=7d&tenant=acme&compare=year')).toEqual([
    '/dashboard?range=7d&compare=year&tenant=acme',
    '/dashboard/live?range=7d&compare=year&tenant=acme',
    '/dashboard/activity?range=7d&compare=year&tenant=acme',
    '/dashboard/system?range=7d&compare=year&tenant=acme',
    '/dashboard/metrics?range=7d&compare=year&tenant=acme',
    '/dashboard/data?range=7d&compare=year&tenant=acme',
  ])
})
