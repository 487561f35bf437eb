import { type KindName, kindOf } from '../../../src/segments/conditions.ts'
import type { Row } from '../../../src/segments/form.ts'
import { JOB_OUTCOMES } from '../../../src/segments/kinds-does.ts'
import { type FieldName, KIND_GROUPS } from '../../../src/segments/kinds-types.ts'
import { FieldError, Icon } from '../../parts/index.ts'

interface RowProps {
  row: Row
  index: number
  /** Of those that may be asked for. */
  kinds: readonly KindName[]
  currency: string
  problem?: string
  /** What an input posts to, so that the rest follows it. */
  live: Record<string, string>
}

const FIELDS: readonly FieldName[] = ['name', 'outcome', 'values', 'from', 'to', 'n', 'days']
const WORDS: Record<FieldName, string> = {
  values: 'Values, separated by commas',
  n: 'Number',
  days: 'Days',
  from: 'From',
  to: 'To',
  name: 'Name',
  outcome: 'Outcome',
}

/** One condition: what, how, and the values that it takes; every row sends all fields, so that they stay in step. */
export const ConditionRow = ({ row, index, kinds, currency, problem, live }: RowProps) => {
  const known = kinds.find((name) => name === row.kind)
  const kind = known && kindOf(known)
  const shown = kind?.fields(row.op) ?? []
  const id = (name: string) => `c${index}-${name}`
  return (
    <li class="q-condition">
      <input type="hidden" name="c.group" value={String(row.group)} />
      <select class="form-select" name="c.kind" id={id('kind')} aria-label="Condition" {...live}>
        {KIND_GROUPS.map((group) => (
          <optgroup label={group}>
            {kinds
              .filter((name) => kindOf(name).group === group)
              .map((name) => (
                <option value={name} selected={name === row.kind}>
                  {kindOf(name).label}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      <select class="form-select" name="c.op" id={id('op')} aria-label="Comparison" {...live}>
        {Object.entries(kind?.ops ?? {}).map(([op, words]) => (
          <option value={op} selected={op === row.op}>
            {words}
          </option>
        ))}
      </select>
      {FIELDS.map((name) =>
        shown.includes(name) ? (
          <Field
            name={name}
            id={id(name)}
            value={row[name]}
            choices={name === 'values' ? kind?.choices : undefined}
            unit={name === 'n' && kind?.unit === 'money' ? currency : undefined}
            live={live}
          />
        ) : (
          <input type="hidden" name={`c.${name}`} value={row[name]} />
        ),
      )}
      <button
        type="submit"
        class="q-btn q-btn-icon"
        name="do"
        value={`remove:${index}`}
        formnovalidate
        aria-label={`Remove condition ${index + 1}`}
        title="Remove"
        {...live}
        {...{ 'hx-trigger': 'click' }}
        formaction={live['hx-post']}
      >
        <Icon name="trash" />
      </button>
      <FieldError text={problem} />
    </li>
  )
}

interface FieldProps {
  name: FieldName
  id: string
  value: string
  choices?: Readonly<Record<string, string>>
  unit?: string
  live: Record<string, string>
}

const Field = ({ name, id, value, choices, unit, live }: FieldProps) => {
  const shared = { name: `c.${name}`, id, 'aria-label': unit ? `${WORDS[name]}, ${unit}` : WORDS[name], ...live }
  if (name === 'outcome')
    return (
      <Choice
        {...shared}
        value={value}
        options={[['', 'any outcome'], ...JOB_OUTCOMES.map((one) => [one, one] as const)]}
      />
    )
  if (choices) return <Choice {...shared} value={value} options={Object.entries(choices)} />
  if (name === 'from' || name === 'to') return <input class="form-control" type="date" {...shared} value={value} />
  const number = name === 'n' || name === 'days'
  return (
    <span class={number ? 'q-condition-number' : 'q-condition-text'}>
      <input
        class="form-control"
        type="text"
        inputmode={number ? 'decimal' : 'text'}
        {...shared}
        value={value}
        autocomplete="off"
        placeholder={name === 'values' ? 'pro, team' : name === 'name' ? 'name' : undefined}
      />
      {name === 'days' && <small>days</small>}
      {unit && <small>{unit}</small>}
    </span>
  )
}

type ChoiceProps = { value: string; options: readonly (readonly [string, string])[] } & Record<string, unknown>

const Choice = ({ value, options, ...rest }: ChoiceProps) => (
  <select class="form-select" {...rest}>
    {options.map(([one, label]) => (
      <option value={one} selected={one === value}>
        {label}
      </option>
    ))}
  </select>
)
