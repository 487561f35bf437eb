import { formatValue } from '../../../src/metrics/format.ts'
import type { Change } from '../../../src/rates/difference.ts'
import type { RateOutcome } from '../../../src/rates/store.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { DataTable, Icon } from '../../parts/index.ts'

interface FormProps {
  currency: string
  today: string
  values?: Record<string, string>
  error?: string
  /** Why it cannot be used here. */
  off?: string
}

/** One rate, or a table of them; the first button only shows what would change. */
export const RatesForm = ({ currency, today, values = {}, error, off }: FormProps) => (
  <form method="post" action="/dashboard/rates" class="q-form">
    <FormError text={error} />
    <div>
      <label class="form-label" for="rate-currency">
        Currency
      </label>
      <input
        class="form-control"
        id="rate-currency"
        name="currency"
        value={values.currency}
        maxlength={3}
        placeholder="EUR"
        autocomplete="off"
      />
    </div>
    <div>
      <label class="form-label" for="rate-day">
        Holds from
      </label>
      <input class="form-control" id="rate-day" type="date" name="day" value={values.day ?? today} />
    </div>
    <div>
      <label class="form-label" for="rate-rate">
        Rate
      </label>
      <input
        class="form-control"
        id="rate-rate"
        name="rate"
        value={values.rate}
        inputmode="decimal"
        placeholder="1.0834"
        autocomplete="off"
        aria-describedby="hint-rate"
      />
      <p class="form-hint" id="hint-rate">
        What one unit is worth in {currency}.
      </p>
    </div>
    <div class="q-form-wide">
      <label class="form-label" for="rate-text">
        Or many at once
      </label>
      <textarea
        class="form-control"
        id="rate-text"
        name="text"
        rows={4}
        spellcheck={false}
        aria-describedby="hint-text"
        placeholder="EUR,2026-11-01,1.0834"
      >
        {values.text}
      </textarea>
      <p class="form-hint" id="hint-text">
        Lines of currency, day and rate, or the table of the European Central Bank as it is: its rates are to the euro
        and are worked out for {currency}.
      </p>
    </div>
    <div class="q-form-wide">
      <label class="q-check">
        <input type="checkbox" name="recost" value="yes" checked={values.recost === 'yes'} />
        Change past days too
      </label>
      <p class="form-hint">Without it, history stays as it is: a rate of a past day holds from today on.</p>
    </div>
    <p class="q-actions q-form-wide">
      <button
        type="submit"
        name="act"
        value="preview"
        class="q-btn q-btn-primary"
        disabled={off !== undefined}
        title={off}
      >
        <Icon name="search" />
        Show what changes
      </button>
      {off && <span class="q-ink-3">{off}</span>}
    </p>
  </form>
)

/** What a change would do, and the button that does it. */
export const RatesPreview = ({
  outcome,
  fields,
  currency,
}: {
  outcome: RateOutcome
  fields: Record<string, string>
  currency: string
}) => {
  const { saved, moved, difference } = outcome
  const money = (value: number) => formatValue(value, 'money', 'table', currency)
  const row = (what: string, { before, after }: Change) => ({
    cells: { what, before: money(before), after: money(after), change: signed(after - before, money) },
  })
  return (
    <form method="post" action="/dashboard/rates" class="q-flow">
      {Object.entries(fields)
        .filter(([name]) => name !== 'act')
        .map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
      <p>
        {saved.length === 0
          ? 'Nothing would be stored.'
          : `${count(saved.length, 'rate')} for ${[...new Set(saved.map((one) => one.currency))].join(', ')}; ${count(difference.customers, 'customer')} ${difference.customers === 1 ? 'pays' : 'pay'} in ${saved.length === 1 ? 'it' : 'them'}.`}
        {moved > 0 &&
          ` ${count(moved, 'rate')} of past days: history stays as it is, the newest of each currency holds from today.`}
      </p>
      <DataTable
        id="rates-preview"
        caption="What would change"
        columns={[
          { key: 'what', label: 'Number', strong: true },
          { key: 'before', label: 'Now', number: true },
          { key: 'after', label: 'Then', number: true },
          { key: 'change', label: 'Difference', number: true },
        ]}
        rows={[
          row('MRR today', difference.mrr),
          row('Payment volume since', difference.payments),
          ...difference.months.map((month) => row(`MRR at the end of ${month.month}`, month)),
        ]}
      />
      <p class="q-actions">
        <button type="submit" name="act" value="save" class="q-btn q-btn-primary" disabled={saved.length === 0}>
          <Icon name="check" />
          Save
        </button>
        <a class="q-btn" href="/dashboard/rates">
          Leave it
        </a>
      </p>
    </form>
  )
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
const signed = (value: number, text: (value: number) => string): string =>
  value === 0 ? '—' : `${value > 0 ? '+' : '−'}${text(Math.abs(value))}`
