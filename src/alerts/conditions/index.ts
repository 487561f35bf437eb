import { z } from 'zod'
import anomaly from './anomaly.ts'
import change from './change.ts'
import type { ConditionKind } from './define.ts'
import forecast from './forecast.ts'
import noData from './no-data.ts'
import source from './source.ts'
import threshold from './threshold.ts'

/** Every kind of condition, as the builder offers them. */
export const conditionKinds = { threshold, change, anomaly, forecast, nodata: noData, source } as const
export type ConditionName = keyof typeof conditionKinds
export const CONDITION_NAMES = Object.keys(conditionKinds) as ConditionName[]

/** The parts of a union are objects; the contract only says what they read. */
const schemas = Object.values(conditionKinds).map(({ schema }) => schema as unknown as z.ZodObject)

export const conditionSchema = z.discriminatedUnion('kind', schemas as [z.ZodObject, ...z.ZodObject[]], {
  error: `A condition has a kind: ${CONDITION_NAMES.join(', ')}.`,
}) as unknown as z.ZodType<Condition>

export type Condition = {
  [K in ConditionName]: (typeof conditionKinds)[K] extends ConditionKind<infer C> ? C : never
}[ConditionName]

/** Whether small values are the bad ones. */
export const looksDown = (when: Condition): boolean => 'op' in when && (when.op === 'below' || when.op === 'falls')

/** The kind of a name that somebody sent; undefined = there is none. */
export const kindNamed = (name: string): ConditionKind<Condition> | undefined =>
  CONDITION_NAMES.some((one) => one === name) ? kindOf({ kind: name } as Condition) : undefined

/** What a condition's kind does, for that condition. */
export const kindOf = (condition: Condition): ConditionKind<Condition> =>
  conditionKinds[condition.kind] as unknown as ConditionKind<Condition>
