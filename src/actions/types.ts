import type { z } from 'zod'
import type { IconName } from '../../views/parts/index.ts'

/** What actions are about: one user, or the watched product as a whole. */
export const SUBJECT_KINDS = ['user', 'product'] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/** What an action is about, as far as it needs to be known. */
export interface Subject {
  kind: SubjectKind
  /** '' of a user who is still to be created, and of the product. */
  id: string
  tenantId: string
  email: string | null
  username: string | null
  plan: string | null
  status: string
  /** Of when the product told the newest of it; absent where it told nothing. */
  toldAt?: Date
}

/** What one field of an action takes: the form, the API and the contract with the main app are made of it. */
export interface ActionField {
  label: string
  hint?: string
  input: 'text' | 'email' | 'number' | 'choice'
  /** Behind a number: "days". */
  unit?: string
  /** Where the choices of a choice come from; where there are none it is a text. */
  choices?: 'plans' | 'limits' | 'tenants' | 'failed-builds' | 'flags' | 'flag-states' | 'rated-plans' | 'rate-limits'
  optional?: true
  /** Says who somebody is: kept with the run, where it can be erased, and not in the audit log. */
  personal?: true
  /** Is asked for, and needed, only where another field has this value. */
  when?: { field: string; is: string }
  /** Of what a form sends (text) and of what a program sends. */
  schema: z.ZodType
  /** What stands in the form at first. */
  initial?: (subject: Subject) => string
}

export type FieldValues = Record<string, string | number>

export const ACTION_GROUPS = ['account', 'work', 'access', 'product'] as const

/** Something that an admin asks the main app to do. */
export interface Action {
  /** In addresses and in the contract: 'change-plan'. */
  name: string
  on: SubjectKind
  label: string
  icon: IconName
  group: (typeof ACTION_GROUPS)[number]
  role: 'operator' | 'owner'
  /** Takes something away from somebody: red, and a reason is required. */
  destructive: boolean
  /** Wants a recent proof of who asks: what destroys, and what hands out power. */
  proved: boolean
  reason: 'required' | 'optional'
  /** The title of the page that asks: "Suspend ada@example.com?"; of the product nobody needs the name. */
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
  /** The account is gone there; what is held here stays. */
  deletes?: true
  /** The e-mail address, or the id, has to be typed. */
  typed?: true
  /** The answer holds a link that is good once. */
  link?: true
  /** Shows what is a user's: not in privacy mode strict. */
  personal?: true
}
