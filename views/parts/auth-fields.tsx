import { FieldError, inputClass } from './field.tsx'

interface TextFieldProps {
  label: string
  name: string
  /** Unique on the page; default: by the name. */
  id?: string
  type?: 'text' | 'email' | 'password'
  value?: string
  autocomplete?: string
  hint?: string
  /** What is wrong with it. */
  error?: string
  minlength?: number
  required?: boolean
  autofocus?: boolean
}

/** Label above, help below. */
export const TextField = ({
  label,
  name,
  id = `field-${name}`,
  hint,
  error,
  type = 'text',
  ...rest
}: TextFieldProps) => (
  <div class="q-auth-field">
    <label class="form-label" for={id}>
      {label}
    </label>
    <input
      class={inputClass(error)}
      id={id}
      name={name}
      type={type}
      aria-invalid={error ? 'true' : undefined}
      aria-describedby={[hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined}
      {...rest}
    />
    <FieldError text={error} id={`${id}-error`} />
    {hint && (
      <p class="form-hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
  </div>
)

/** A password that is being chosen. */
export const NewPasswordField = ({ label, error }: { label: string; error?: string }) => (
  <TextField
    label={label}
    name="password"
    type="password"
    autocomplete="new-password"
    hint="At least 10 characters."
    error={error}
    minlength={10}
    required
  />
)

interface CodeFieldProps {
  label: string
  name: string
  hint?: string
  error?: string
  autofocus?: boolean
  /** Six digits alone. */
  only?: 'app'
}

/** A code of six digits, or a recovery code, which is longer. */
export const CodeField = (props: CodeFieldProps) => (
  <div class="q-auth-field">
    <label class="form-label" for={`field-${props.name}`}>
      {props.label}
    </label>
    <input
      class={inputClass(props.error, 'form-control q-code-input')}
      id={`field-${props.name}`}
      name={props.name}
      inputmode={props.only === 'app' ? 'numeric' : undefined}
      autocomplete="one-time-code"
      maxlength={30}
      spellcheck={false}
      aria-describedby={props.hint ? `field-${props.name}-hint` : undefined}
      autofocus={props.autofocus}
      aria-invalid={props.error ? 'true' : undefined}
      required
    />
    <FieldError text={props.error} />
    {props.hint && (
      <p class="form-hint" id={`field-${props.name}-hint`}>
        {props.hint}
      </p>
    )}
  </div>
)

/** Why the form came back. */
export const FormError = ({ text }: { text?: string }) => <FieldError text={text} class="q-auth-error" />
