import { iso } from './calendar.ts'
import type { SimUser } from './world.ts'

/** What users of Acme Studio use and say, as far as it follows from who they are and when it is. */

const TEMPLATES = ['landing', 'shop', 'blog', 'portfolio', 'landing', 'docs', 'shop', 'landing']

/** The template that a project begins with; agencies have some of their own, and many projects begin empty. */
export function templateOf(user: SimUser, atMs: number): Record<string, unknown> | undefined {
  const n = Math.floor(atMs / 1000)
  if (n % 5 < 2) return undefined
  if (user.tenant && n % 3 === 0) return { template: `${user.tenant.name} house style`, custom_template: true }
  return { template: TEMPLATES[n % TEMPLATES.length] }
}

/** Who signs in with a Git host. */
export const hasGit = ({ signIn }: SimUser): boolean => signIn !== 'google' && signIn !== 'email'

export const repositoryOf = ({ username }: SimUser): string => `${username}/sites`

/** One of three questions, whose answers go with how many stars somebody would give. */
export function opinion(user: SimUser, atMs: number, stars: number): Record<string, unknown> {
  const n = Math.floor(atMs / 1000)
  const who = { ts: iso(atMs), user_id: user.id, tenant_id: user.tenant?.id }
  if (n % 3 === 0) return { ...who, kind: 'rating', score: stars }
  if (n % 3 === 1) return { ...who, kind: 'csat', score: stars }
  return { ...who, kind: 'nps', score: [2, 4, 7, 8, 10][stars - 1] }
}
