import type { z } from 'zod'
import type { IconName } from '../../views/parts/index.ts'

/** A user as far as actions need to know one. */
export interface Subject {
  /** '' of a user who is still to be created. */
  id: string
  tenantId: string
  email: string | null
  username: string | null
  plan: string | null
  status: string
}

/** What one field of an action takes: the form, the API and the contract with the main app are made of it. */
export interface ActionField {
  label: string
  hint?: string
  input: 'text' | 'email' | 'number' | 'choice'
  /** Behind a number: "days". */
  unit?: string
  /** Where the choices of a choice come from; where there are none it is a text. */
  choices?: 'plans' | 'limits' | 'tenants' | 'failed-builds'
  optional?: true
  /** Of what a form sends (text) and of what a program sends. */
  schema: z.ZodType
  /** What stands in the form at first. */
  initial?: (subject: Subject) => string
}

export type FieldValues = Record<string, string | number>

export const ACTION_GROUPS = ['account', 'work', 'access'] as const

/** Something that an admin asks the main app to do. */
export interface Action {
  /** In addresses and in the contract: 'change-plan'. */
  name: string
  label: string
  icon: IconName
  group: (typeof ACTION_GROUPS)[number]
  role: 'operator' | 'owner'
  /** Takes something away from somebody: red, and a reason is required. */
  destructive: boolean
  reason: 'required' | 'optional'
  /** The title of the page that asks: "Suspend ada@example.com?" */
  question: (who: string) => string
  /** On the button. */
  verb: string
  /** What it means, in a sentence or two. */
  about: string
  /** Of the feed and of lists: "Suspended". */
  done: string
  fields: Readonly<Record<string, ActionField>>
  /** What the fields have to fulfil together; the name of a field, and what is wrong. */
  check?: (values: FieldValues) => { field: string; message: string } | undefined
  /** Of nobody who is there already. */
  creates?: true
  /** The e-mail address, or the id, has to be typed. */
  typed?: true
  /** The answer holds a link that is good once. */
  link?: true
  /** Shows what is a user's: not in privacy mode strict. */
  personal?: true
}
