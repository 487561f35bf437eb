import { isAllowed, type Rule } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { type AdminWho, type KeyWho, ROLES } from '../env.ts'

export interface RouteRule {
  method: string
  path: string
  rule: Rule | undefined
}

const kept = new WeakMap<Deps, () => RouteRule[]>()

/** Leaves the routes of an app where its help pages find them; they are asked for when all of them are there. */
export function keepRules(deps: Deps, rules: () => RouteRule[]): void {
  let found: RouteRule[] | undefined
  kept.set(deps, () => (found ??= rules()))
}

export const rulesKept = (deps: Deps): readonly RouteRule[] => kept.get(deps)?.() ?? []

const UNSAFE = ['POST', 'PUT', 'PATCH', 'DELETE']

/** What changes something, and who may: a column each for the roles and for keys that act. */
export function changesMatrix(rules: readonly RouteRule[]): string[][] {
  const yes = (allowed: boolean) => (allowed ? 'yes' : '—')
  return rules
    .filter(({ method, path, rule }) => UNSAFE.includes(method) && rule && isOurs(path))
    .filter(({ path }, i, all) => !(path.endsWith('/') && all.some((one) => `${one.path}/` === path) && i >= 0))
    .map(({ method, path, rule }) => [
      `${method} ${path}`,
      ...ROLES.map((role) => yes(isAllowed(rule as Rule, { kind: 'admin', role } as AdminWho))),
      yes(isAllowed(rule as Rule, { kind: 'key', scopes: ['act'] } as unknown as KeyWho)),
    ])
    .sort((a, b) => (a[0]?.split(' ')[1] ?? '').localeCompare(b[0]?.split(' ')[1] ?? ''))
}

const isOurs = (path: string): boolean => path.startsWith('/dashboard/') || path.startsWith('/api/')
