import { changeCounter } from '../lib/change-counter.ts'
import { Problem } from '../lib/errors.ts'

export const { version: boardsVersion, noteChange: noteBoardChange } = changeCounter()

/** The version of a board that a form was made of. @throws Problem 422 */
export function versionOf(text: string | undefined): number {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text)
  throw new Problem(422, 'The version is missing', 'The form did not say which version of the board it was made of.')
}
