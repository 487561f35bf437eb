import { LIFE_TEXT, type LinkKind } from '../../src/auth/links.ts'
import { PlainLayout } from '../layout.tsx'
import { FormError, NewPasswordField, TextField } from '../parts/auth-fields.tsx'
import { Note } from '../parts/index.ts'

interface ForgotProps {
  /** Why no mail can be asked for; undefined = one can. */
  off?: string
  /** What was just asked for, whether or not there is such an account. */
  sent?: boolean
  email?: string
  error?: string
}

/** Asks for a link by mail. */
export const ForgotPage = ({ off, sent, email, error }: ForgotProps) => (
  <PlainLayout
    title="Forgot your password?"
    sub={off ? undefined : 'We mail you a link at which you choose a new one.'}
  >
    {off && <Note tone="plain">{off}</Note>}
    {sent && (
      <Note tone="info">
        {`If there is an account with this address, a mail is on its way. Its link is good for ${LIFE_TEXT.reset}.`}
      </Note>
    )}
    {!off && !sent && (
      <form method="post" action="/forgot">
        <FormError text={error} />
        <TextField label="E-mail" name="email" type="email" autocomplete="username" value={email} required autofocus />
        <button type="submit" class="q-btn q-btn-primary">
          Send the link
        </button>
      </form>
    )}
    <p class="q-plain-links">
      <a href="/login">Back to the sign-in</a>
    </p>
  </PlainLayout>
)

interface ResetProps {
  token: string
  email: string
  kind: LinkKind
  error?: string
}

/** A new password, or the first one, by a link. */
export const ResetPage = ({ token, email, kind, error }: ResetProps) => (
  <PlainLayout
    title={kind === 'invite' ? 'Welcome aboard' : 'Choose a new password'}
    sub={kind === 'invite' ? `Choose a password for ${email}.` : `For ${email}. All your sessions end with it.`}
  >
    <form method="post" action="/reset">
      <input type="hidden" name="token" value={token} />
      {/* Password managers want to know whose it is. */}
      <input type="hidden" name="username" value={email} autocomplete="username" />
      <FormError text={error} />
      <NewPasswordField label="Password" />
      <button type="submit" class="q-btn q-btn-primary">
        Save the password
      </button>
    </form>
  </PlainLayout>
)
