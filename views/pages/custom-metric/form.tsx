import type { Child } from 'hono/jsx'
import type { Draft, DraftField, Errors } from '../../../src/custom-metrics/draft.ts'
import { MAX_LABEL, MAX_TEXT } from '../../../src/custom-metrics/input.ts'
import { MAX_LENGTH } from '../../../src/custom-metrics/parse.ts'
import { UNITS } from '../../../src/custom-metrics/units.ts'
import { Card, described, Field, FieldError, Grid, inputClass, Stack } from '../../parts/index.ts'
import { type CheckProps, FormulaCheck } from './check.tsx'

export interface FormProps extends CheckProps {
  /** Where the form is sent, and where its address leads without script. */
  action: string
  draft: Draft
  errors?: Errors
  /** What is wrong as a whole. */
  error?: string
  /** The key is given: an existing metric. */
  fixedKey?: string
  /** Why it cannot be saved here. */
  off?: string
}

/** A metric of a formula: checked while it is typed, kept as it was typed where it is refused. */
export const CustomMetricForm = (props: FormProps) => {
  const { action, draft, errors = {}, error, fixedKey, off } = props
  return (
    <form method="post" action={action} id="custom-metric">
      <FieldError text={error} />
      <Grid>
        <Stack span={8}>
          <Card id="formula" title="Formula" sub="checked while you type">
            <div
              class="q-formula-flow"
              hx-get="/dashboard/metrics/check"
              hx-trigger="input delay:250ms, change delay:50ms"
              hx-include="#custom-metric"
              hx-target="#formula-check"
              hx-swap="outerMorph"
              hx-sync="this:replace"
            >
              <FormulaField draft={draft} error={errors.formula} />
              <UnitField draft={draft} error={errors.unit} />
            </div>
            <p class="q-actions q-formula-act">
              <button type="submit" class="q-btn" formmethod="get" formaction={action} formnovalidate>
                Check
              </button>
              <span class="q-ink-3">
                Keys are offered while you type;{' '}
                <a class="q-inline-link" href="/dashboard/metrics">
                  Metrics
                </a>{' '}
                lists all.
              </span>
            </p>
            <FormulaCheck {...props} />
          </Card>
        </Stack>
        <Stack span={4}>
          <Card id="about" title="What it is">
            <div class="q-formula-flow">
              <About draft={draft} errors={errors} fixedKey={fixedKey} />
              <p class="q-actions">
                <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
                  {fixedKey ? 'Save changes' : 'Save metric'}
                </button>
                {off && <span class="q-ink-3">{off}</span>}
              </p>
            </div>
          </Card>
        </Stack>
      </Grid>
    </form>
  )
}

const FormulaField = ({ draft, error }: { draft: Draft; error?: string }) => (
  <Own name="formula" label="Formula" error={error}>
    <div class="q-formula-box">
      <input
        class={inputClass(error, 'form-control q-formula-input')}
        id="field-formula"
        name="formula"
        type="text"
        value={draft.formula}
        maxlength={MAX_LENGTH}
        placeholder="ai.cost / jobs.succeeded"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded="false"
        aria-controls="formula-keys"
        aria-describedby={`formula-says${error ? ' error-formula' : ''}`}
        aria-invalid={error ? 'true' : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        data-formula
        required
      />
      <div class="q-formula-keys" id="formula-keys" role="listbox" aria-label="Metrics" hidden />
    </div>
  </Own>
)

const UnitField = ({ draft, error }: { draft: Draft; error?: string }) => (
  <Own name="unit" label="Unit of the result" error={error}>
    <select class="form-select" id="field-unit" name="unit" {...invalid('unit', error)}>
      <option value="" selected={draft.unit === ''}>
        As the formula says
      </option>
      {Object.entries(UNITS).map(([value, label]) => (
        <option value={value} selected={draft.unit === value}>
          {label}
        </option>
      ))}
    </select>
  </Own>
)

const GOOD = { '': 'Neither', up: 'Up is good', down: 'Down is good' }

const About = ({ draft, errors, fixedKey }: Pick<FormProps, 'draft' | 'fixedKey'> & { errors: Errors }) => (
  <>
    <Text
      name="label"
      label="Name"
      draft={draft}
      errors={errors}
      max={MAX_LABEL}
      placeholder="Cost per build"
      required
    />
    {fixedKey ? (
      <p>
        <span class="form-label">Key</span> <code class="q-code">{fixedKey}</code>
      </p>
    ) : (
      <Text
        name="name"
        label="Key"
        draft={draft}
        errors={errors}
        max={67}
        placeholder="cost_per_build"
        hint="Follows “custom.”; empty: made of the name. It cannot be changed later."
      />
    )}
    <Area name="definition" label="Definition" draft={draft} errors={errors} hint="What the number says." required />
    <Own name="good" label="Good direction" error={errors.good}>
      <select class="form-select" id="field-good" name="good" {...invalid('good', errors.good)}>
        {Object.entries(GOOD).map(([value, label]) => (
          <option value={value} selected={draft.good === value || (value === '' && draft.good === 'neutral')}>
            {label}
          </option>
        ))}
      </select>
    </Own>
    <div class="q-formula-limits">
      <Text name="warn" label="Yellow beyond" draft={draft} errors={errors} max={20} />
      <Text name="crit" label="Red beyond" draft={draft} errors={errors} max={20} />
    </div>
    <Area name="action" label="What to do" draft={draft} errors={errors} hint="When it is bad." />
  </>
)

interface FieldProps {
  name: DraftField
  label: string
  draft: Draft
  errors: Errors
  hint?: string
  required?: boolean
}

const Text = (props: FieldProps & { max: number; placeholder?: string }) => {
  const { name, label, draft, errors, hint, max, placeholder, required } = props
  return (
    <Own name={name} label={label} hint={hint} error={errors[name]}>
      <input
        class={inputClass(errors[name])}
        id={`field-${name}`}
        name={name}
        type="text"
        value={draft[name]}
        maxlength={max}
        placeholder={placeholder}
        autocomplete="off"
        required={required}
        {...invalid(name, errors[name], hint)}
      />
    </Own>
  )
}

const Area = ({ name, label, draft, errors, hint, required }: FieldProps) => (
  <Own name={name} label={label} hint={hint} error={errors[name]}>
    <textarea
      class={inputClass(errors[name])}
      id={`field-${name}`}
      name={name}
      rows={3}
      maxlength={MAX_TEXT}
      required={required}
      {...invalid(name, errors[name], hint)}
    >
      {draft[name]}
    </textarea>
  </Own>
)

type OwnProps = { name: DraftField; label: string; hint?: string; error?: string; children?: Child }

/** Its hint stays; what is wrong is said once for all of them, above. */
const Own = (props: OwnProps) => <Field {...props} id={`field-${props.name}`} class="q-formula-field" keepsHint quiet />

const invalid = (name: DraftField, error: string | undefined, hint?: string) => described(name, error, hint, true)
