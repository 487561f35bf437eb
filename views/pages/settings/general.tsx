import type { Deps } from '../../../src/context.ts'
import { reachText } from '../../../src/health/reach.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { today } from '../../../src/lib/time.ts'
import { SETTINGS_PATH } from '../../../src/settings/paths.ts'
import { registry, type SettingName, settingNames } from '../../../src/settings/registry.ts'
import { type Standing, standingOf } from '../../../src/settings/store.ts'
import { whyNotSettings } from '../../../src/settings/who.ts'
import { Badge, Card, FieldError } from '../../parts/index.ts'
import type { SettingsProps } from '../settings.tsx'

/** The settings of all pages. */
export const GeneralCard = (props: SettingsProps) => <GroupCard id="general" title="General" {...props} />

/** What the health score of users is made of. */
export const HealthSettingsCard = (props: SettingsProps) => {
  const { reach } = props.data
  const left = reach && reachText(reach)
  return (
    <GroupCard
      id="health"
      title="Health score"
      sub="weights count against each other; one without data is shared among the rest"
      link={{ label: 'Health', href: '/dashboard/health' }}
      hint={`Who has data for under half of the weights has no score.${left ? ` By those saved, ${left}.` : ''}`}
      {...props}
    />
  )
}

interface GroupProps extends SettingsProps {
  id: 'general' | 'health'
  title: string
  sub?: string
  link?: { label: string; href: string }
  /** What the values together come to. */
  hint?: string
}

const GroupCard = ({ id, title, sub, link, hint, data, context }: GroupProps) => {
  const off = whyNotSettings(context.deps, context.admin)
  return (
    <Card id={id} title={title} sub={sub} link={link}>
      <form method="post" action={`${SETTINGS_PATH}/general`} class="q-form q-form-many">
        {settingNames
          .filter((name) => registry[name].group === id)
          .map((name) => (
            <Field name={name} data={data} context={context} off={off} />
          ))}
        {hint && <p class="form-hint q-form-wide">{hint}</p>}
        <p class="q-actions q-form-wide">
          <button type="submit" class="q-btn" disabled={off !== undefined} title={off}>
            Save
          </button>
          {off && <span class="q-ink-3">{off}</span>}
        </p>
      </form>
    </Card>
  )
}

interface FieldProps extends SettingsProps {
  name: SettingName
  off: string | undefined
}

const Field = ({ name, off, data, context }: FieldProps) => {
  const { deps, query } = context
  const { label, doc, env, default: fallback } = registry[name]
  const standing = standingOf(deps, name)
  const fixed = standing.from === 'environment'
  const typed = query.bad !== undefined && query[name]
  const error = query.bad === name ? query.why : undefined
  return (
    <div>
      <label class="form-label" for={`setting-${name}`}>
        {label} {standing.from === 'stored' && <Badge tone="info" text="changed" />}
        {fixed && <Badge tone="stale" text={`fixed by ${env}`} />}
      </label>
      <span class="q-setting-value">
        <input
          class="form-control"
          id={`setting-${name}`}
          name={fixed || off ? undefined : name}
          value={typed || (standing.from === 'default' ? '' : standing.value)}
          placeholder={fallback(deps.config) || 'none'}
          readonly={fixed || off !== undefined}
          autocomplete="off"
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={`hint-${name}`}
        />
        {standing.from === 'stored' && !off && (
          <button type="submit" class="q-btn" name="reset" value={name} title="Back to the default">
            Reset
          </button>
        )}
      </span>
      <FieldError text={error} />
      <p class="form-hint" id={`hint-${name}`}>
        {`${doc} ${sourceText(standing, data.authors.get(name), env, fallback(deps.config), deps)}`}
      </p>
    </div>
  )
}

function sourceText(
  { from }: Standing<unknown>,
  author: { at: Date; by: string } | undefined,
  env: string | undefined,
  fallback: string,
  { config: { timeZone }, now }: Deps,
): string {
  if (from === 'environment') return `Set by ${env} in the environment, which wins over this page.`
  const byDefault = `Default: ${fallback || 'none'}.`
  if (from === 'default' || !author) return byDefault
  return `${byDefault} Changed ${momentText(author.at, today(now(), timeZone), timeZone)} by ${author.by}.`
}
