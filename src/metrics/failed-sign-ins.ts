import type { Fragment } from 'postgres'
import type { SqlContext } from './metric.ts'

/**
 * Names under which products tell of sign-ins that failed, and of sign-ins with another provider's account. Written as
 * SQL has them, which words are taken of: the index `events_sign_ins` is recognised by its own list only, not by a
 * parameter.
 */
const LOGINS = <T>(tag: Tag<T>): T =>
  tag`'login_failed', 'failed_login', 'signin_failed', 'sign_in_failed', 'user_login_failed'`
const OAUTH = <T>(tag: Tag<T>): T => tag`'oauth_failed', 'oauth_error', 'oauth_failure', 'oauth_login_failed'`

type Tag<T> = (text: TemplateStringsArray) => T
const words: Tag<string[]> = ([text = '']) => text.match(/\w+/g) ?? []

export const FAILED_LOGINS: readonly string[] = LOGINS(words)
export const FAILED_OAUTH: readonly string[] = OAUTH(words)

/** Whether an event `e` tells of either, however its name is written: “Login Failed” is login_failed. */
export function isFailedSignIn({ sql }: SqlContext): Fragment {
  const tag = (text: TemplateStringsArray): Fragment => sql(text)
  return sql`replace(lower(e.name), ' ', '_') in (${LOGINS(tag)}, ${OAUTH(tag)})`
}
