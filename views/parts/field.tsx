import type { Child } from 'hono/jsx'
import { Icon } from './icons.tsx'

interface FieldProps {
  /** Of its input. */
  id: string
  /** What its hint and its error are named after: `hint-…`, `error-…`. Default: the id. */
  name?: string
  label: string
  hint?: string
  /** Takes the place of the hint. */
  error?: string
  /** The hint stays beside the error. */
  keepsHint?: boolean
  /** An error that is not called out: others on the page are. */
  quiet?: boolean
  wide?: boolean
  class?: string
  children?: Child
}

/** A field with its label above, and its help or what is wrong below. */
export const Field = (props: FieldProps) => {
  const { id, name = id, label, hint, error, keepsHint, quiet, wide } = props
  return (
    <div class={wide ? 'q-form-wide' : props.class}>
      <label class="form-label" for={id}>
        {label}
      </label>
      {props.children}
      {hint && (keepsHint || !error) && (
        <p class="form-hint" id={`hint-${name}`}>
          {hint}
        </p>
      )}
      <FieldError id={`error-${name}`} text={error} quiet={quiet} />
    </div>
  )
}

/** What is wrong, if anything is. */
export const FieldError = (props: { text: string | undefined; id?: string; class?: string; quiet?: boolean }) =>
  props.text ? (
    <p
      class={`q-field-error${props.class ? ` ${props.class}` : ''}`}
      id={props.id}
      role={props.quiet ? undefined : 'alert'}
    >
      <Icon name="alert-octagon" size={14} />
      <span>{props.text}</span>
    </p>
  ) : null

export const inputClass = (error: string | undefined, base = 'form-control'): string =>
  error ? `${base} is-invalid` : base

/** What a screen reader says of a field: what is wrong with it, else its help; both where the hint stays. */
export function described(name: string, error: string | undefined, hint?: string | boolean, keepsHint = false) {
  const told = [hint && (keepsHint || !error) && `hint-${name}`, error && `error-${name}`].filter(Boolean)
  return {
    'aria-invalid': error ? ('true' as const) : undefined,
    'aria-describedby': told.join(' ') || undefined,
  }
}
