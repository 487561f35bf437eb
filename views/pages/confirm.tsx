import type { Theme } from '../../src/env.ts'
import { PlainLayout } from '../layout.tsx'
import { CodeField, FormError, TextField } from '../parts/auth-fields.tsx'

interface ConfirmProps {
  /** Where it goes on, with what was sent before. */
  action: string
  kept: [name: string, value: string][]
  /** The account signs in in two steps: a code proves more than a password. */
  byCode: boolean
  email: string
  error?: string
  theme?: Theme
}

/** Asks once more who it is, and keeps what was sent meanwhile. */
export const ConfirmPage = ({ action, kept, byCode, email, error, theme }: ConfirmProps) => (
  <PlainLayout
    title="Is it still you?"
    sub="You signed in a while ago, and this is worth asking twice. Nothing has been done yet, and nothing you entered is lost."
    theme={theme}
  >
    <form method="post" action={action}>
      {kept.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <FormError text={error} />
      {byCode ? (
        <CodeField label="Code of your authenticator app" name="proof_code" hint="Or a recovery code." autofocus />
      ) : (
        <TextField
          label={`Password of ${email}`}
          name="proof_password"
          type="password"
          autocomplete="current-password"
          required
          autofocus
        />
      )}
      <p class="q-actions">
        <button type="submit" class="q-btn q-btn-primary">
          Go on
        </button>
        <a class="q-btn" href="/dashboard">
          Leave it
        </a>
      </p>
    </form>
  </PlainLayout>
)
