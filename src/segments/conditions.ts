import { z } from 'zod'
import { does } from './kinds-does.ts'
import { pays } from './kinds-pays.ts'
import type { ConditionKind, FieldName, Given } from './kinds-types.ts'
import { who } from './kinds-who.ts'

/** Every kind of condition there is, in the order of the menu. */
export const conditionKinds = { ...who, ...does, ...pays } as const
export type KindName = keyof typeof conditionKinds
export const KIND_NAMES = Object.keys(conditionKinds) as KindName[]

export interface Condition extends Given {
  kind: KindName
}

export const isKind = (text: string): text is KindName => Object.hasOwn(conditionKinds, text)

/** The plain type, for code that does not care which kind it is. */
export const kindOf = (name: KindName): ConditionKind => conditionKinds[name] as unknown as ConditionKind

const MISSING: Record<FieldName, string> = {
  values: 'Name at least one value.',
  n: 'A number.',
  days: 'How many days?',
  from: 'From which day?',
  to: 'Up to which day?',
  name: 'Name it.',
  outcome: 'Which outcome?',
}
const OPTIONAL: ReadonlySet<FieldName> = new Set(['outcome'])

const schemas = KIND_NAMES.map((name) => kindOf(name).schema) as [z.ZodObject, ...z.ZodObject[]]

/** One condition; what its `op` needs has to be there. */
export const conditionSchema = z
  .discriminatedUnion('kind', schemas, { error: `The kind is one of ${KIND_NAMES.join(', ')}.` })
  .superRefine((given, context) => {
    const condition = given as unknown as Condition
    for (const field of kindOf(condition.kind).fields(condition.op))
      if (condition[field] === undefined && !OPTIONAL.has(field))
        context.addIssue({ code: 'custom', path: [field], message: MISSING[field] })
    if (condition.op === 'between' && (condition.from ?? '') > (condition.to ?? ''))
      context.addIssue({ code: 'custom', path: ['to'], message: 'It is before the first day.' })
  })
  .transform((given) => given as unknown as Condition)
