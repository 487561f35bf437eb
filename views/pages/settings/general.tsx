import type { Deps } from '../../../src/context.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { today } from '../../../src/lib/time.ts'
import { registry, type SettingName, settingNames } from '../../../src/settings/registry.ts'
import { SETTINGS_PATH } from '../../../src/settings/routes.ts'
import { type Standing, standingOf } from '../../../src/settings/store.ts'
import { whyNotSettings } from '../../../src/settings/who.ts'
import { Card, Icon } from '../../parts/index.ts'
import type { SettingsProps } from '../settings.tsx'

/** The settings of all pages. */
export const GeneralCard = ({ context }: SettingsProps) => {
  const { deps, admin } = context
  const off = whyNotSettings(deps, admin)
  return (
    <Card id="general" title="General">
      <form method="post" action={`${SETTINGS_PATH}/general`} class="q-form">
        {settingNames.map((name) => (
          <Field name={name} context={context} off={off} />
        ))}
        <p class="q-actions q-form-wide">
          <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
            Save
          </button>
          {off && <span class="q-ink-3">{off}</span>}
        </p>
      </form>
    </Card>
  )
}

const Field = (props: { name: SettingName; context: SettingsProps['context']; off: string | undefined }) => {
  const { name, off } = props
  const { deps, query } = props.context
  const { label, doc, env } = registry[name]
  const standing = standingOf(deps, name)
  const fixed = standing.from === 'environment'
  const typed = query.bad !== undefined && query[name]
  const error = query.bad === name ? query.why : undefined
  return (
    <div>
      <label class="form-label" for={`setting-${name}`}>
        {label}
      </label>
      <input
        class="form-control"
        id={`setting-${name}`}
        name={fixed || off ? undefined : name}
        value={typed || (standing.from === 'default' ? '' : standing.value)}
        placeholder={standing.from === 'default' ? standing.value : undefined}
        readonly={fixed || off !== undefined}
        autocomplete="off"
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={`hint-${name}`}
      />
      {error && (
        <p class="q-field-error" role="alert">
          <Icon name="alert-octagon" size={14} />
          <span>{error}</span>
        </p>
      )}
      <p class="form-hint" id={`hint-${name}`}>
        {`${doc} ${sourceText(standing, env, deps)}`}
      </p>
    </div>
  )
}

function sourceText({ from, at }: Standing<unknown>, env: string, { config, now }: Deps): string {
  const { timeZone } = config
  if (from === 'environment') return `Set by ${env} in the environment, which wins.`
  if (from === 'stored' && at)
    return `Changed ${momentText(at, today(now(), timeZone), timeZone)}; empty it for the default.`
  return 'Empty: the default.'
}
