import { PlainLayout } from '../layout.tsx'
import { CodeField, FormError, TextField } from '../parts/auth-fields.tsx'
import { Note } from '../parts/index.ts'

interface LoginProps {
  /** Where to go afterwards: a path of this site. */
  next: string
  email?: string
  error?: string
  /** What has just been done. */
  note?: string
}

/** E-mail and password. What failed is said once, above both: which of them was wrong is nobody's business. */
export const LoginPage = ({ next, email, error, note }: LoginProps) => (
  <PlainLayout title="Sign in">
    {note && <Note tone="info">{note}</Note>}
    <form method="post" action="/login">
      <input type="hidden" name="next" value={next} />
      <FormError text={error} />
      <TextField label="E-mail" name="email" type="email" autocomplete="username" value={email} required autofocus />
      <TextField label="Password" name="password" type="password" autocomplete="current-password" required />
      <button type="submit" class="q-btn q-btn-primary">
        Sign in
      </button>
    </form>
    <p class="q-plain-links">
      <a href="/forgot">Forgot your password?</a>
    </p>
  </PlainLayout>
)

interface CodeProps {
  next: string
  /** Who gave the right password, sealed. */
  step: string
  error?: string
}

/** The second step: the code of the app, or a recovery code. */
export const CodePage = ({ next, step, error }: CodeProps) => (
  <PlainLayout title="One more step" sub="Enter the code that your authenticator app shows now.">
    <form method="post" action="/login/code">
      <input type="hidden" name="next" value={next} />
      <input type="hidden" name="step" value={step} />
      <FormError text={error} />
      <CodeField label="Code" name="code" hint="Without the device: one of your recovery codes." autofocus />
      <button type="submit" class="q-btn q-btn-primary">
        Sign in
      </button>
    </form>
    <p class="q-plain-links">
      <a href="/login">Start again</a>
    </p>
  </PlainLayout>
)
