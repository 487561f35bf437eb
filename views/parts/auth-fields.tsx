import { FieldError } from './field.tsx'

interface TextFieldProps {
  label: string
  name: string
  /** Unique on the page; default: by the name. */
  id?: string
  type?: 'text' | 'email' | 'password'
  value?: string
  autocomplete?: string
  hint?: string
  minlength?: number
  required?: boolean
  autofocus?: boolean
}

/** Label above, help below. */
export const TextField = ({ label, name, id = `field-${name}`, hint, type = 'text', ...rest }: TextFieldProps) => (
  <div class="q-auth-field">
    <label class="form-label" for={id}>
      {label}
    </label>
    <input
      class="form-control"
      id={id}
      name={name}
      type={type}
      aria-describedby={hint ? `${id}-hint` : undefined}
      {...rest}
    />
    {hint && (
      <p class="form-hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
  </div>
)

/** A password that is being chosen. */
export const NewPasswordField = ({ label }: { label: string }) => (
  <TextField
    label={label}
    name="password"
    type="password"
    autocomplete="new-password"
    hint="At least 10 characters."
    minlength={10}
    required
  />
)

/** Why the form came back. */
export const FormError = ({ text }: { text?: string }) => <FieldError text={text} class="q-auth-error" />
