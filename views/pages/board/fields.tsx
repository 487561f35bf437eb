import { CARD_RANGES } from '../../../src/boards/kinds/define.ts'
import { COMPARES } from '../../../src/lib/filters.ts'
import { Field } from '../../parts/index.ts'
import { ownDays } from './view.ts'

export const Select = (props: {
  id: string
  name: string
  options: { value: string; label: string }[]
  value: string | undefined
}) => (
  <select class="form-select" id={props.id} name={props.name}>
    {props.options.map(({ value, label }) => (
      <option value={value} selected={value === (props.value ?? '')}>
        {label}
      </option>
    ))}
  </select>
)

const COMPARE_WORDS = {
  previous: 'Previous period',
  matched: 'Matched weekdays',
  year: 'Year before',
  none: 'No comparison',
} as const

/** The days and what they are compared with; `follow` is what no choice means. */
export const PeriodFields = (props: {
  values: Record<string, string>
  prefix: string
  follow?: string
  only?: readonly string[]
}) => {
  const { values, prefix, follow, only = ['range', 'compare'] } = props
  const none = follow ? [{ value: '', label: follow }] : []
  return (
    <>
      {only.includes('range') && (
        <Field id={`${prefix}-range`} label="Days">
          <Select
            id={`${prefix}-range`}
            name="range"
            value={values.range ?? (follow ? '' : '30d')}
            options={[
              ...none,
              ...CARD_RANGES.map((range) => ({ value: range, label: capital(ownDays({ range }) ?? range) })),
            ]}
          />
        </Field>
      )}
      {only.includes('compare') && (
        <Field id={`${prefix}-compare`} label="Compared with">
          <Select
            id={`${prefix}-compare`}
            name="compare"
            value={values.compare ?? (follow ? '' : 'previous')}
            options={[...none, ...COMPARES.map((compare) => ({ value: compare, label: COMPARE_WORDS[compare] }))]}
          />
        </Field>
      )}
    </>
  )
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
