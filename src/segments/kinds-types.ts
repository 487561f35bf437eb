import type { z } from 'zod'
import type { Fragment, SqlContext } from '../metrics/metric.ts'

/** What a condition is made of, in JSON and in the form; each kind uses some. */
export interface Given {
  op: string
  /** Any of these. */
  values?: string[]
  /** A number to compare with. */
  n?: number
  /** The last so many days, today among them. */
  days?: number
  from?: string
  to?: string
  /** Of a property its name, of jobs their kind. */
  name?: string
  outcome?: string
}
export type FieldName = Exclude<keyof Given, 'op'>

export const KIND_GROUPS = ['Who they are', 'What they do', 'What they pay'] as const

/** What words of a condition depend on beside it. */
export interface Wording {
  currency: string
}

/** One kind of condition: all there is to know of it. */
export interface ConditionKind<S extends z.ZodObject = z.ZodObject> {
  label: string
  group: (typeof KIND_GROUPS)[number]
  /** What is asked, with the words of the menu. */
  ops: Readonly<Record<string, string>>
  /** The inputs that an `op` needs, in the order of the form. */
  fields: (op: string) => readonly FieldName[]
  /** What `values` can be, where it is a choice. */
  choices?: Readonly<Record<string, string>>
  /** What `n` is of: a label of its input. */
  unit?: string
  schema: S
  /** Tells what is not told in privacy mode strict. */
  personal?: true
  /** Whether it holds for the user `u`, in the scope that the numbers are of. */
  holds: (q: SqlContext, given: Given, scope: string) => Fragment
  /** After "who": "signed up in the last 30 days". */
  say: (given: Given, wording: Wording) => string
}

/** The kinds' own types are lost in the registry on purpose: whoever walks it does not care which one it is. */
export const kind = <S extends z.ZodObject>(one: ConditionKind<S>): ConditionKind<S> => one
