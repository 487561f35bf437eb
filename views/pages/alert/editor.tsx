import { BASES } from '../../../src/alerts/conditions/change.ts'
import { HISTORY_DAYS } from '../../../src/alerts/conditions/define.ts'
import { CONDITION_NAMES, conditionKinds } from '../../../src/alerts/conditions/index.ts'
import type { Editing } from '../../../src/alerts/editor.ts'
import { type Errors, OPS } from '../../../src/alerts/form.ts'
import { ALERTS_PATH } from '../../../src/alerts/paths.ts'
import { MAX_NAME, NO_DATA, SEVERITIES } from '../../../src/alerts/rule.ts'
import { MAX_SUBJECTS } from '../../../src/alerts/subjects.ts'
import { isOneDay } from '../../../src/alerts/windows.ts'
import type { Deps } from '../../../src/context.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { Card, Grid, Stack } from '../../parts/index.ts'
import { BacktestCard } from './back-test.tsx'
import { Choice, DURATIONS, type Live, Text, unitOf, unnamed, untyped } from './fields.tsx'
import { Tell } from './tell.tsx'

export interface EditorProps {
  deps: Deps
  editing: Editing
  /** Where it is saved. */
  action: string
  /** Where it is shown anew, with what has changed. */
  redraw: string
  /** The rule that is changed, and which of its versions the form was made of. */
  slug?: string
  version?: string
  errors?: Errors
  error?: string
  /** Why it cannot be saved. */
  off?: string
}

/** A rule as a sentence of fields; what it would have done in the past stands beside it and follows each change. */
export const RuleEditor = (props: EditorProps) => {
  const { deps, editing, action, redraw, slug, version, off } = props
  const { draft, read, choices } = editing
  // An empty name is made up for when it is saved; a limit that nobody has typed yet is asked for beside the form.
  const found = read.ok ? {} : { ...read.errors, ...untyped(draft) }
  const errors = props.errors ? { ...props.errors, ...unnamed(draft) } : found
  const live: Live = {
    'hx-post': redraw,
    'hx-target': '#alert-editor',
    'hx-swap': 'outerMorph',
    'hx-trigger': 'change',
    'hx-sync': '#alert-editor:replace',
  }
  const shared = { draft, errors, live }
  return (
    <form id="alert-editor" class="q-flow" method="post" action={action}>
      {slug && <input type="hidden" name="slug" value={slug} />}
      {version && <input type="hidden" name="version" value={version} />}
      <input type="hidden" name="enabled" value={draft.enabled ? 'on' : 'off'} />
      <FormError text={props.error} />
      <Grid>
        <Stack span={5}>
          <Card
            id="alert-rule"
            title={slug ? 'The rule' : 'New rule'}
            sub={slug ? 'the saved one runs until you save' : 'nothing is checked until you save'}
            foot={<Acts {...props} />}
          >
            <fieldset class="q-alert-form" disabled={off !== undefined}>
              <Condition {...props} shared={shared} />
              <Lasting shared={shared} />
              <Choice {...shared} name="severity" label="Severity" options={SEVERITIES.map((one) => [one, one])} />
              {draft.kind !== 'nodata' && draft.kind !== 'source' && (
                <Choice {...shared} name="nodata" label="When there is no data" options={Object.entries(NO_DATA)} />
              )}
              <Scope {...props} shared={shared} />
              <Tell {...shared} channels={choices.channels} />
              <Text
                {...shared}
                name="name"
                label="Name"
                wide
                maxlength={MAX_NAME}
                placeholder={editing.sentence?.slice(0, MAX_NAME) ?? 'What it watches for'}
                hint="Left empty, the rule is named by what it says."
              />
            </fieldset>
          </Card>
        </Stack>
        <Stack span={7}>
          <BacktestCard deps={deps} editing={editing} live={live} redraw={redraw} />
        </Stack>
      </Grid>
    </form>
  )
}

interface Shared {
  draft: Editing['draft']
  errors: Errors
  live: Live
}

const Condition = ({ deps, editing, shared }: EditorProps & { shared: Shared }) => {
  const { choices, draft } = editing
  const { metric } = choices
  const unit = unitOf(metric?.unit, deps.config.currency)
  const ops = Object.entries(OPS[draft.kind] ?? {})
  return (
    <>
      <Choice
        {...shared}
        name="kind"
        label="Fires when"
        wide
        options={CONDITION_NAMES.map((name) => [
          name,
          name === 'source' ? conditionKinds[name].label : `A metric ${conditionKinds[name].label}`,
        ])}
      />
      {draft.kind === 'source' ? (
        <Choice
          {...shared}
          name="source"
          label="Source"
          options={[['', 'any of them'], ...choices.sources.map(({ source, label }) => [source, label] as const)]}
        />
      ) : (
        <>
          <Choice
            {...shared}
            name="metric"
            label="When this metric"
            wide
            groups={choices.metrics.map(({ domain, metrics }) => ({
              label: domain,
              options: metrics.map(({ key, label }) => [key, label] as const),
            }))}
          />
          <Choice
            {...shared}
            name="window"
            label="Over"
            options={choices.windows.map(({ name, label }) => [name, label])}
            hint={choices.windowNote}
          />
        </>
      )}
      {ops.length > 0 && <Choice {...shared} name="op" label="is" options={ops} />}
      {(draft.kind === 'threshold' || draft.kind === 'forecast') && (
        <Text {...shared} name="limit" label="Limit" number unit={unit} />
      )}
      {draft.kind === 'forecast' && (
        <Text {...shared} name="within" label="Within, days" number hint={`Out of the last ${HISTORY_DAYS} days.`} />
      )}
      {draft.kind === 'change' && (
        <>
          <Text {...shared} name="change" label="By" number unit={unit === '%' ? 'points' : '%'} />
          <Choice {...shared} name="base" label="Against" options={Object.entries(BASES)} />
        </>
      )}
      {draft.kind === 'anomaly' && (
        <Text
          {...shared}
          name="times"
          label="Deviations"
          number
          hint={
            draft.by === '' && isOneDay(draft.window)
              ? `Of the forecast from the ${HISTORY_DAYS - 1} days before.`
              : 'From the median of the same time on the last 28 days of its sort.'
          }
        />
      )}
      {draft.kind === 'threshold' && (
        <Text {...shared} name="end" label="Ends only beyond" number unit={unit} hint="Empty: the limit itself." />
      )}
      {choices.least && (
        <Text {...shared} name="least" label="Of at least" number hint="Of fewer a share says nothing." />
      )}
      {draft.kind !== 'source' && choices.dims.length > 0 && (
        <Choice
          {...shared}
          name="by"
          label="An alert for"
          options={[['', 'the whole'], ...choices.dims.map((dim) => [dim, `each ${dim}`] as const)]}
          hint={
            draft.by === ''
              ? undefined
              : `Of more than ${MAX_SUBJECTS} the largest, or the smallest where small is bad.`
          }
        />
      )}
    </>
  )
}

const Lasting = ({ shared }: { shared: Shared }) => (
  <>
    <Choice {...shared} name="for" label="for" options={DURATIONS.for} />
    <Choice {...shared} name="recover" label="Ends after it is well for" options={DURATIONS.recover} />
    <Choice
      {...shared}
      name="quiet"
      label="Quiet after"
      options={DURATIONS.quiet}
      hint="No second alert of it so soon."
    />
  </>
)

const Scope = ({ editing: { choices, draft }, shared }: EditorProps & { shared: Shared }) => (
  <>
    {(choices.tenants.length > 0 || !choices.mayAll) && draft.kind !== 'source' && (
      <Choice
        {...shared}
        name="scope"
        label="Scope"
        options={[
          ...(choices.mayAll ? [['*', 'all tenants, as one'] as const] : []),
          ...choices.tenants.map(({ id, name }) => [id, name] as const),
        ]}
      />
    )}
    {(choices.tenants.length === 0 || draft.kind === 'source') && choices.mayAll && (
      <input type="hidden" name="scope" value={draft.kind === 'source' ? '*' : draft.scope} />
    )}
    {draft.kind !== 'source' && choices.sources.length > 0 && (
      <Choice
        {...shared}
        name="needs"
        label="Held back while away"
        options={[['', 'nothing'], ...choices.sources.map(({ source, label }) => [source, label] as const)]}
      />
    )}
  </>
)

const Acts = ({ slug, off, redraw, editing }: EditorProps) => (
  <p class="q-actions">
    <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
      {slug ? 'Save rule' : 'Save new rule'}
    </button>
    <button type="submit" class="q-btn" formaction={redraw} formnovalidate disabled={off !== undefined} title={off}>
      Back-test
    </button>
    <a class="q-btn q-btn-quiet" href={ALERTS_PATH}>
      Cancel
    </a>
    {off ? <span class="q-ink-3">{off}</span> : editing.sentence && <span class="q-ink-2">{editing.sentence}</span>}
  </p>
)
