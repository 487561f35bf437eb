import { type Condition, kindOf } from './conditions.ts'
import type { Wording } from './kinds-types.ts'
import { type Group, isGroup, type Rule } from './rule.ts'
import { allOf, anyOf } from './words.ts'

/** A rule as a person would say it: "Users who are on the plan pro and had more than 3 build jobs in the last 30 days." */
export function sentenceOf(rule: Rule, wording: Wording): string {
  return `Users who ${clauses(rule, wording)}.`
}

function clauses({ match, conditions }: Rule | Group, wording: Wording): string {
  const parts = conditions.map((one) => (isGroup(one) ? grouped(one, wording) : said(one, wording)))
  const joined = match === 'all' ? allOf(parts) : anyOf(parts)
  return match === 'any' && parts.length > 1 ? `either ${joined}` : joined
}

/** In brackets, so that nobody has to guess what belongs together. */
const grouped = (group: Group, wording: Wording): string =>
  group.conditions.length === 1 ? clauses(group, wording) : `(${clauses(group, wording)})`

const said = (condition: Condition, wording: Wording): string => kindOf(condition.kind).say(condition, wording)
