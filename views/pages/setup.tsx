import { PlainLayout } from '../layout.tsx'
import { FormError, NewPasswordField, TextField } from '../parts/auth-fields.tsx'

interface SetupProps {
  /** The secret of the one-time link. */
  token: string
  email?: string
  name?: string
  error?: string
}

/** The first owner makes their account. */
export const SetupPage = ({ token, email, name, error }: SetupProps) => (
  <PlainLayout title="Welcome aboard" sub="Make the first account. It will be an owner: it may do everything.">
    <form method="post" action="/setup">
      <input type="hidden" name="token" value={token} />
      <FormError text={error} />
      <TextField label="E-mail" name="email" type="email" autocomplete="username" value={email} required autofocus />
      <TextField label="Name" name="name" autocomplete="name" value={name} />
      <NewPasswordField label="Password" />
      <button type="submit" class="q-btn q-btn-primary">
        Create account
      </button>
    </form>
  </PlainLayout>
)
