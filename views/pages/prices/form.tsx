import type { PriceField } from '../../../src/prices/form.ts'
import { PRICES_PATH } from '../../../src/prices/paths.ts'
import { described, Field, inputClass } from '../../parts/index.ts'

interface Props {
  /** What was typed, with the field that is wrong and why. */
  typed: Record<string, string>
  today: string
  /** Why it cannot be used here. */
  off?: string
}

const FIELDS: [name: PriceField, label: string, more: { hint?: string; placeholder?: string; amount?: true }][] = [
  ['model', 'Model', { hint: 'As calls have it; a version at its end may be left out.', placeholder: 'gpt-5' }],
  ['provider', 'Provider', { hint: 'Empty: of whichever provider.', placeholder: 'openai' }],
  ['since', 'Holds from', { hint: 'A day of UTC. The price of the same day is replaced.' }],
  ['input_per_mtok', 'Million tokens in', { amount: true, placeholder: '1.25' }],
  ['output_per_mtok', 'Million tokens out', { amount: true, placeholder: '10' }],
  ['cached_input_per_mtok', 'Million cached tokens in', { amount: true, placeholder: '0.125' }],
  ['per_hour', 'Or an hour', { amount: true, hint: 'Of an instance, in place of tokens.' }],
  ['note', 'Source', { placeholder: 'contract of November' }],
]

/** One price of one model, from a day on. */
export const PriceForm = ({ typed, today, off }: Props) => (
  <form method="post" action={PRICES_PATH} class="q-form">
    {FIELDS.map(([name, label, { hint, placeholder, amount }]) => {
      const id = `price-${name}`
      const error = typed.bad === name ? typed.why : undefined
      const initial = name === 'since' && !typed.bad ? today : ''
      return (
        <Field id={id} label={label} hint={hint} error={error}>
          <input
            class={inputClass(error)}
            id={id}
            name={name}
            type={name === 'since' ? 'date' : 'text'}
            inputmode={amount ? 'decimal' : undefined}
            value={typed[name] || initial}
            placeholder={placeholder}
            maxlength={200}
            autocomplete="off"
            readonly={off !== undefined}
            {...described(id, error, hint)}
          />
        </Field>
      )
    })}
    <p class="q-actions q-form-wide">
      <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
        Enter price
      </button>
      {off && <span class="q-ink-3">{off}</span>}
    </p>
  </form>
)
