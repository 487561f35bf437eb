import { z } from 'zod'
import { accessActions } from './access.ts'
import { accountActions } from './account.ts'
import { productActions } from './product/actions.ts'
import type { Action, ActionField, FieldValues, SubjectKind } from './types.ts'
import { workActions } from './work.ts'

/** Every action there is, in the order of the menu: menu, pages, API, contract and feed are made of it. */
export const actions: readonly Action[] = [...accountActions, ...workActions, ...accessActions, ...productActions]

const byName = new Map(actions.map((action) => [action.name, action]))

/** An action by its name. */
export const findAction = (name: string): Action | undefined => byName.get(name)

/** The actions on one kind of subject, in the order of the menu. */
export const actionsOn = (kind: SubjectKind): readonly Action[] => actions.filter(({ on }) => on === kind)

/** What an action is about; one that nobody knows any more was about a user. */
export const kindOf = (name: string): SubjectKind => byName.get(name)?.on ?? 'user'

/** What an action is called, also one of a run that is older than its name. */
export const labelOf = (name: string): string => byName.get(name)?.label ?? name

/** The schema of what an action takes. */
export function schemaOf({ fields }: Pick<Action, 'fields'>): z.ZodObject {
  return z.strictObject(Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])))
}

export type ReadFields = { ok: true; values: FieldValues } | { ok: false; errors: Record<string, string> }

/** What was given for an action, or what is wrong with each field; '' is what belongs to none. */
export function readFields(action: Action, given: unknown): ReadFields {
  const { success, data, error } = schemaOf(action).safeParse(given ?? {})
  if (!success) {
    const issues = error.issues.map(({ path, message }) => [String(path[0] ?? ''), said(message)] as const)
    // Of several the first is told.
    return { ok: false, errors: Object.fromEntries(issues.reverse()) }
  }
  const values = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as FieldValues
  const wrong = conditional(action, values) ?? action.check?.(values)
  return wrong ? { ok: false, errors: { [wrong.field]: wrong.message } } : { ok: true, values }
}

/** Whether a field is asked for, with what the others are. */
export const isAsked = ({ when }: Pick<ActionField, 'when'>, values: Readonly<Record<string, unknown>>): boolean =>
  when === undefined || values[when.field] === when.is

/** What is missing, or has no place, where one field depends on another. */
function conditional({ fields }: Action, values: FieldValues): { field: string; message: string } | undefined {
  for (const [field, { when, optional }] of Object.entries(fields)) {
    if (!when) continue
    const asked = values[when.field] === when.is
    if (asked && !optional && values[field] === undefined) return { field, message: 'This is needed.' }
    if (!asked && values[field] !== undefined) return { field, message: `Only where ${when.field} is “${when.is}”.` }
  }
  return undefined
}

/** A form has nothing where a program sends the wrong type. */
const said = (message: string): string => (/^Invalid input: expected/.test(message) ? 'This is needed.' : message)
