import { KEY_SCOPES, type KeyScope } from '../../../src/env.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { Card, Field, Icon, Note } from '../../parts/index.ts'
import { TenantsField } from '../admin/invite.tsx'

export const KEYS_PATH = '/dashboard/settings/keys'

const SCOPE_WORDS: Record<KeyScope, string> = {
  read: 'Read numbers, rows and files',
  ingest: 'Send facts',
  act: 'Act: run jobs, change thresholds and settings, read the audit log',
}
const DAYS_WORDS: Record<string, string> = {
  '0': 'Until it is revoked',
  '30': '30 days',
  '90': '90 days',
  '365': 'A year',
}

interface FormProps {
  values?: Record<string, string>
  error?: string
  /** Which field the error is about, where that is known. */
  field?: string
  /** Why it cannot be used here. */
  off?: string
}

/** What a key is for, what it may, for whom and how long. */
export const KeyForm = ({ values = {}, error, field, off }: FormProps) => (
  <form method="post" action={KEYS_PATH} class="q-form">
    <FormError text={field === 'tenants' ? undefined : error} />
    <Field id="key-name" label="Name" hint="Where it is used: grafana, production …">
      <input
        class="form-control"
        id="key-name"
        name="name"
        value={values.name}
        autocomplete="off"
        maxlength={100}
        aria-describedby="hint-key-name"
        required
      />
    </Field>
    <Field id="key-days" label="Good for">
      <select class="form-select" id="key-days" name="days">
        {Object.entries(DAYS_WORDS).map(([days, text]) => (
          <option value={days} selected={days === (values.days ?? '0')}>
            {text}
          </option>
        ))}
      </select>
    </Field>
    <fieldset class="q-form-wide q-checks">
      <legend class="form-label">It may</legend>
      {KEY_SCOPES.map((scope) => (
        <label class="q-check">
          <input type="checkbox" name={`scope_${scope}`} value="1" checked={values[`scope_${scope}`] !== undefined} />
          {SCOPE_WORDS[scope]}
        </label>
      ))}
    </fieldset>
    <TenantsField id="key-tenants" tenants={values.tenants ?? ''} error={field === 'tenants' ? error : undefined} />
    <p class="q-actions q-form-wide">
      <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
        <Icon name="key" size={14} />
        Make a key
      </button>
      {off && <span class="q-ink-3">{off}</span>}
    </p>
  </form>
)

interface KeyMadeProps {
  name: string
  secret: string
  example?: string
  /** Said of tenants that nobody has heard of. */
  unknown?: string
}

/** The key itself; shown this once. */
export const KeyMade = ({ name, secret, example, unknown }: KeyMadeProps) => (
  <Card id="key-made" title={name}>
    <Note tone="info">The key is shown this once. It is stored as a hash only: copy it now.</Note>
    {unknown && <Note tone="warn">{`${unknown} The key may send the first; revoke it if that is mistyped.`}</Note>}
    <Snippet text={secret} />
    {example && (
      <>
        <p class="q-ink-2">For example:</p>
        <Snippet text={example} />
      </>
    )}
    <p class="q-actions">
      <a class="q-btn" href={KEYS_PATH}>
        Back to the keys
      </a>
    </p>
  </Card>
)

const Snippet = ({ text }: { text: string }) => (
  <div class="q-snippet q-snippet-whole">
    <pre tabindex={0}>{text}</pre>
    <button type="button" class="q-btn q-btn-small" data-action="copy">
      <Icon name="copy" size={14} />
      Copy
    </button>
  </div>
)
