import type { Config } from '../../../src/config.ts'
import type { Channel } from '../../../src/delivery/find.ts'
import { MAX_CANARY_HOURS, MAX_NAME } from '../../../src/delivery/input.ts'
import { CHANNELS_PATH, channelHref } from '../../../src/delivery/paths.ts'
import type { ChannelField, ChannelKind } from '../../../src/delivery/types.ts'
import { SEVERITIES, type Severity } from '../../../src/delivery/words.ts'
import { described, Field, Icon, inputClass, Note } from '../../parts/index.ts'

interface FormProps {
  kind: ChannelKind
  config: Config
  /** Absent = a new one. */
  channel?: Channel
  /** By field, as stored or as typed before; never a secret. */
  values: Record<string, string>
  errors?: Record<string, string>
  /** Why it cannot be used here. */
  off?: string
}

/** A channel's name, the fields of its kind, and how often it is tested. */
export const ChannelForm = ({ kind, config, channel, values, errors = {}, off }: FormProps) => {
  const notice = kind.notice?.(config)
  return (
    <form method="post" action={channel ? channelHref(channel.id) : CHANNELS_PATH} class="q-form" autocomplete="off">
      <input type="hidden" name="kind" value={kind.kind} />
      {notice && (
        <div class="q-form-wide">
          <Note tone={kind.kind === 'email' && config.smtpUrl === '' ? 'warn' : 'plain'}>{notice}</Note>
        </div>
      )}
      <Field id="channel-name" label="Name" error={errors.name} wide>
        <input
          class={inputClass(errors.name)}
          id="channel-name"
          name="name"
          value={values.name}
          maxlength={MAX_NAME}
          placeholder={`Ops, ${kind.label}`}
          readonly={off !== undefined}
          required
          {...described('channel-name', errors.name)}
        />
      </Field>
      {kind.fields.map((field) => (
        <OwnField
          field={field}
          value={field.secret ? '' : (values[field.name] ?? '')}
          kept={channel !== undefined && field.secret === true}
          error={errors[field.name]}
          off={off !== undefined}
        />
      ))}
      <Field id="channel-severity" label="What it is told" error={errors.severity}>
        <select
          class={inputClass(errors.severity, 'form-select')}
          id="channel-severity"
          name="severity"
          disabled={off !== undefined}
          {...described('channel-severity', errors.severity)}
        >
          {SEVERITIES.map((one) => (
            <option value={one} selected={values.severity === one}>
              {SEVERITY_WORDS[one]}
            </option>
          ))}
        </select>
        <label class="q-check">
          <input
            type="checkbox"
            name="resolved"
            value="yes"
            checked={values.resolved === 'yes'}
            disabled={off !== undefined}
          />
          Also when it is over
        </label>
      </Field>
      <Field
        id="channel-canary"
        label="Canary, every … hours"
        hint="A test that takes the whole way of an alert, so that you notice when it stays away. Empty: none."
        error={errors.canary}
      >
        <input
          class={inputClass(errors.canary)}
          id="channel-canary"
          name="canary"
          value={values.canary}
          inputmode="numeric"
          maxlength={4}
          placeholder={`1 to ${MAX_CANARY_HOURS}`}
          readonly={off !== undefined}
          {...described('channel-canary', errors.canary, true)}
        />
      </Field>
      <p class="q-actions q-form-wide">
        <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
          <Icon name="check" />
          {channel ? 'Save' : 'Make the channel'}
        </button>
        {off && <span class="q-ink-3">{off}</span>}
        {!off && channel?.state === 'failed' && <span class="q-ink-3">Saving it puts it to use again.</span>}
      </p>
    </form>
  )
}

const SEVERITY_WORDS: Record<Severity, string> = {
  info: 'Every alert',
  warning: 'Warnings and worse',
  critical: 'Critical ones only',
}

/** The values of a form that nobody has filled in. */
export const NEW_CHANNEL = { severity: 'info', resolved: 'yes' }

interface OwnFieldProps {
  field: ChannelField
  value: string
  /** There is one, which is not shown. */
  kept: boolean
  error: string | undefined
  off: boolean
}

const OwnField = ({ field, value, kept, error, off }: OwnFieldProps) => {
  const id = `channel-${field.name}`
  return (
    <Field id={id} label={field.label} hint={field.hint} error={error} wide>
      <input
        class={inputClass(error)}
        id={id}
        name={field.name}
        type={field.secret ? 'password' : 'text'}
        value={value}
        maxlength={2_000}
        placeholder={kept ? 'kept; type to replace it' : field.placeholder}
        autocomplete={field.secret ? 'new-password' : 'off'}
        spellcheck={false}
        readonly={off}
        required={!kept}
        {...described(id, error, true)}
      />
    </Field>
  )
}
