import { z } from 'zod'
import { type Condition, conditionSchema } from './conditions.ts'

/** More than that nobody reads, and each costs a look-up of all users. */
export const MAX_CONDITIONS = 20

export const MATCHES = ['all', 'any'] as const
export type Match = (typeof MATCHES)[number]
const match = z.enum(MATCHES, { error: 'It is all or any.' })

const group = z.strictObject({
  match,
  conditions: z.array(conditionSchema, { error: 'A list of conditions.' }).min(1, 'A group needs a condition.'),
})

/** A rule over what is known of users: conditions, and groups of them, of which all or any have to hold. */
export const ruleSchema = z
  .strictObject({
    match: match.default('all').meta({ description: 'Whether all of the conditions have to hold, or any.' }),
    conditions: z
      .array(z.union([group, conditionSchema]), { error: 'A list of conditions.' })
      .min(1, 'A segment needs a condition.'),
  })
  .refine((rule) => conditionsOf(rule).length <= MAX_CONDITIONS, `At most ${MAX_CONDITIONS} conditions.`)

export interface Group {
  match: Match
  conditions: Condition[]
}
export interface Rule {
  match: Match
  conditions: (Condition | Group)[]
}

/** A rule with what its maker was bound to: null = users of all tenants. */
export interface SegmentRule {
  rule: Rule
  tenants: string[] | null
}

export const isGroup = (one: Condition | Group): one is Group => 'conditions' in one

/** Every condition of a rule, those within groups too. */
export function conditionsOf({ conditions }: { conditions: (Condition | Group)[] }): Condition[] {
  return conditions.flatMap((one) => (isGroup(one) ? one.conditions : [one]))
}

export type ReadRule = { ok: true; rule: Rule } | { ok: false; problems: { path: string; message: string }[] }

/** A rule from outside, or what is wrong with it, place by place. */
export function readRule(given: unknown): ReadRule {
  const { success, data, error } = ruleSchema.safeParse(given)
  if (success) return { ok: true, rule: data }
  return { ok: false, problems: error.issues.flatMap((issue) => problemsOf(issue, given)) }
}

/** Of a union only what is wrong with the part that was meant: a group has conditions. */
function problemsOf(issue: z.core.$ZodIssue, given: unknown): { path: string; message: string }[] {
  if (issue.code !== 'invalid_union' || issue.errors.length !== 2)
    return [{ path: issue.path.join('.'), message: issue.message }]
  const at = issue.path.reduce((value, key) => (value as Record<PropertyKey, unknown>)?.[key], given)
  const meant = issue.errors[typeof at === 'object' && at !== null && 'conditions' in at ? 0 : 1] ?? []
  return meant.map(({ path, message }) => ({ path: [...issue.path, ...path].join('.'), message }))
}
