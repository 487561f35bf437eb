import { Problem } from '../lib/errors.ts'
import { type MailInput, mailInput } from './input.ts'

export const EMAILS_PATH = '/dashboard/emails'
export const EMAIL_NEW_PATH = `${EMAILS_PATH}/new`

/** A mail that was sent, with its attempts. */
export const mailHref = (id: number): string => `${EMAILS_PATH}?mail=${id}`

/** What a mail says: for operators, and on record. */
export const wordsHref = (id: number): string => `${EMAILS_PATH}/${id}/words`

/** What is wrong with a mail, by field. */
export type MailErrors = Partial<Record<'user' | 'subject' | 'text', string>>

/** The fields of the form; its id makes one mail of two clicks. */
export function readMailForm(fields: Record<string, string>): { input: MailInput } | { errors: MailErrors } {
  const { user = '', subject = '', text = '', id } = fields
  const { success, data, error } = mailInput.safeParse({ user, subject, text, ...(id && { id }) })
  if (success) return { input: data }
  return { errors: Object.fromEntries(error.issues.reverse().map(({ path, message }) => [String(path[0]), message])) }
}

/** What a refusal says at its field; anything else goes on. @throws what was thrown */
export function errorsOf(error: unknown): MailErrors {
  if (!(error instanceof Problem)) throw error
  if (error.field === 'user') return { user: error.message }
  // The form was sent, and changed after that.
  if (error.field === 'id') return { text: 'This form was sent already, with other words: begin a new e-mail.' }
  throw error
}
