import { createHash, randomUUID } from 'node:crypto'
import { isAsked } from './registry.ts'
import type { ActionRun } from './runs.ts'
import { undoOf } from './runs.ts'
import type { Action, FieldValues, Subject } from './types.ts'

/** What the page that asks has been told so far, as it was typed. */
export interface Draft {
  values: Record<string, string>
  reason: string
  /** The e-mail address or the id, where it has to be typed. */
  typed: string
  /** One for each form: sent twice, it is one run. */
  key: string
  /** Which fields the dry run that was shown was of. */
  seen: string
  /** The run that this takes back. */
  undo: string
}

export const MAX_REASON = 500
const MAX_VALUE = 2_000

/** The form at first: with what is known, with what the address says (`f.NAME`), or with what takes a run back. */
export function firstDraft(
  action: Action,
  subject: Subject,
  undone: ActionRun | undefined,
  now: Date,
  query: Record<string, string> = {},
): Draft {
  const undo = undone && undoOf(undone, now)
  const isUndo = undone !== undefined && undo?.action === action.name
  const values = Object.entries(action.fields).map(([name, { initial }]) => {
    // What takes back is what the main app named, and no more.
    const value = isUndo ? (undo.fields[name] ?? '') : query[`f.${name}`]?.slice(0, MAX_VALUE)
    return [name, value === undefined ? (initial?.(subject) ?? '') : String(value)]
  })
  return {
    values: Object.fromEntries(values),
    reason: '',
    typed: '',
    key: `form-${randomUUID()}`,
    seen: '',
    undo: isUndo ? undone.id : '',
  }
}

/** The form as it was sent. */
export function readDraft(action: Action, form: Record<string, string>): Draft {
  const text = (name: string, most: number) => (form[name] ?? '').trim().slice(0, most)
  const typed = Object.fromEntries(Object.keys(action.fields).map((name) => [name, text(`f.${name}`, MAX_VALUE)]))
  return {
    // What was typed before another field made it pointless is not sent.
    values: Object.fromEntries(
      Object.entries(action.fields).map(([name, field]) => [name, isAsked(field, typed) ? (typed[name] ?? '') : '']),
    ),
    reason: text('reason', MAX_REASON),
    typed: text('typed', 400),
    key: /^form-[0-9a-f-]{36}$/.test(form.key ?? '') ? (form.key as string) : `form-${randomUUID()}`,
    seen: text('seen', 40),
    undo: text('undo', 40),
  }
}

/** What a dry run was of: what is done has to be what was shown. */
export const seenOf = (action: Action, subject: Subject, values: FieldValues): string =>
  createHash('sha256')
    .update(JSON.stringify([action.name, subject.id, Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('hex')
    .slice(0, 32)

/** Whether what was typed names the user. */
export const isTyped = (typed: string, { id, email }: Subject): boolean =>
  typed !== '' && (typed === id || typed.toLowerCase() === email?.toLowerCase())
