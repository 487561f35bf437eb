import { PlainLayout } from '../layout.tsx'
import { FormError, TextField } from '../parts/auth-fields.tsx'

interface LoginProps {
  /** Where to go afterwards: a path of this site. */
  next: string
  email?: string
  error?: string
}

/** E-mail and password. What failed is said once, above both: which of them was wrong is nobody's business. */
export const LoginPage = ({ next, email, error }: LoginProps) => (
  <PlainLayout title="Sign in">
    <form method="post" action="/login">
      <input type="hidden" name="next" value={next} />
      <FormError text={error} />
      <TextField label="E-mail" name="email" type="email" autocomplete="username" value={email} required autofocus />
      <TextField label="Password" name="password" type="password" autocomplete="current-password" required />
      <button type="submit" class="q-btn q-btn-primary">
        Sign in
      </button>
    </form>
  </PlainLayout>
)
