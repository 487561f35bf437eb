import type { Draft, Errors, Field as FieldName } from '../../../src/alerts/form.ts'
import { minutesText } from '../../../src/alerts/words.ts'
import { described, Field, inputClass } from '../../parts/index.ts'

export type Live = Record<string, string>

export interface FieldProps {
  draft: Draft
  errors: Errors
  /** What a change asks for. */
  live: Live
}

type Option = readonly [value: string, label: string]

interface ChoiceProps extends FieldProps {
  name: FieldName
  label: string
  options?: readonly Option[]
  groups?: { label: string; options: readonly Option[] }[]
  hint?: string
  wide?: boolean
}

/** A menu; a value that it does not have is shown all the same, or it would be changed by looking at it. */
export const Choice = ({ name, label, options = [], groups = [], hint, wide, draft, errors, live }: ChoiceProps) => {
  const id = `alert-${name}`
  const value = draft[name]
  const error = errors[name]
  const known = [...options, ...groups.flatMap((group) => group.options)].some(([one]) => one === value)
  const shown = known || value === '' ? options : [...options, [value, strange(name, value)] as const]
  return (
    <Field id={id} label={label} hint={hint} error={error} wide={wide}>
      <select class={inputClass(error, 'form-select')} id={id} name={name} {...described(id, error, hint)} {...live}>
        {shown.map((option) => (
          <Item option={option} value={value} />
        ))}
        {groups.map((group) => (
          <optgroup label={group.label}>
            {group.options.map((option) => (
              <Item option={option} value={value} />
            ))}
          </optgroup>
        ))}
      </select>
    </Field>
  )
}

const Item = ({ option: [one, label], value }: { option: Option; value: string }) => (
  <option value={one} selected={one === value}>
    {label}
  </option>
)

const strange = (name: FieldName, value: string): string =>
  name in DURATIONS && /^\d+$/.test(value) ? minutesText(Number(value)) : value

interface TextProps extends FieldProps {
  name: FieldName
  label: string
  number?: boolean
  unit?: string
  hint?: string
  wide?: boolean
  maxlength?: number
  placeholder?: string
}

export const Text = ({ name, label, number, unit, hint, wide, draft, errors, live, ...rest }: TextProps) => {
  const id = `alert-${name}`
  const error = errors[name]
  return (
    <Field id={id} label={unit ? `${label}, ${unit}` : label} hint={hint} error={error} wide={wide}>
      <input
        class={inputClass(error)}
        id={id}
        name={name}
        type="text"
        inputmode={number ? 'decimal' : 'text'}
        value={draft[name]}
        autocomplete="off"
        {...rest}
        {...described(id, error, hint)}
        {...live}
      />
    </Field>
  )
}

const minutes = (none: string, ...values: number[]): Option[] =>
  values.map((one) => [String(one), one === 0 ? none : minutesText(one)] as const)

/** The times that are offered; any other is kept as it is. */
export const DURATIONS = {
  for: minutes('at once', 0, 1, 2, 5, 10, 15, 30, 60, 180, 1_440),
  recover: minutes('one reading', 0, 5, 10, 15, 30, 60),
  quiet: minutes('not at all', 0, 10, 30, 60, 240, 1_440),
}

/** Behind the label of a limit: the unit as it is typed. */
export const unitOf = (unit: string | undefined, currency: string): string | undefined =>
  unit === 'percent' ? '%' : unit === 'money' ? currency : unit

/** A rule without a name is named by what it says: that it has none is no error. */
export const unnamed = ({ name }: Draft): Errors => (name.trim() === '' ? { name: undefined } : {})

/** Nor is a limit that nobody has typed yet, before it is saved. */
export const untyped = (draft: Draft): Errors => ({
  ...unnamed(draft),
  ...(draft.limit.trim() === '' && { limit: undefined }),
})
