import type { Choice, Choices } from '../../../src/actions/choices.ts'
import type { Outcome } from '../../../src/actions/client.ts'
import type { Would } from '../../../src/actions/contract.ts'
import { type Draft, MAX_REASON } from '../../../src/actions/draft.ts'
import { frameFor } from '../../../src/actions/frame.ts'
import { isAsked } from '../../../src/actions/registry.ts'
import type { Action, ActionField, Subject } from '../../../src/actions/types.ts'
import { Card, described, Field, Icon, inputClass, Note } from '../../parts/index.ts'
import { DryRun } from './dry-run.tsx'
import { HeldHere } from './held.tsx'

export interface AskProps {
  action: Action
  subject: Subject
  draft: Draft
  /** Nobody has entered anything yet. */
  fresh: boolean
  choices: Choices
  /** By field; `reason` and `typed` are fields too. */
  errors: Record<string, string>
  /** Why it was not done. */
  note?: string
  /** Why it cannot be done by whoever looks. */
  off?: string
  /** What would change; absent = not asked, as something is missing. */
  shown?: { outcome: Outcome<Would>; at: Date; tookMs: number }
  timeZone: string
  /** Where whoever looks can have erased what is held of the user. */
  eraseHref?: string
  /** Where the form is sent. */
  href: string
}

const FORM = 'action-form'

/** Asks before it is done: what it means, what would change, why, and a button that names the act. */
export const AskForm = (props: AskProps) => {
  const { action, subject, draft, errors, note, off, shown, href } = props
  const fields = Object.entries(action.fields).filter(([, field]) => isAsked(field, draft.values))
  const refusedAt = shown?.outcome.kind === 'refused' ? shown.outcome.field : undefined
  const ready = shown?.outcome.kind === 'answered'
  // Whatever is changed is looked at again, where there is script.
  const live = { 'hx-post': href, 'hx-target': `#${FORM}`, 'hx-swap': 'outerMorph', 'hx-trigger': 'change' }
  return (
    <form id={FORM} method="post" action={href}>
      <input type="hidden" name="key" value={draft.key} />
      <input type="hidden" name="seen" value={draft.seen} />
      <input type="hidden" name="undo" value={draft.undo} />
      <Card
        id="ask"
        title={action.label}
        sub={draft.undo ? 'takes back what was done' : undefined}
        foot={<Foot {...props} ready={ready} />}
      >
        <div class="q-ask">
          <p class="q-ink-2">{action.about}</p>
          {off && <Note tone="warn">{off}</Note>}
          {note && <Note tone="warn">{note}</Note>}
          {fields.length > 0 && (
            <div class="q-form">
              {fields.map(([name, field]) => (
                <OneField
                  name={name}
                  field={field}
                  value={draft.values[name] ?? ''}
                  choices={props.choices[name]}
                  error={errors[name] ?? (refusedAt === name ? reasonOf(shown) : undefined)}
                  live={off ? {} : live}
                />
              ))}
            </div>
          )}
          {!off && <DryRun shown={shown} fresh={props.fresh} timeZone={props.timeZone} />}
          {action.deletes && <HeldHere eraseHref={props.eraseHref} />}
          {action.typed && (
            <Field
              id="ask-typed"
              label={`Type ${subject.email ?? subject.id}`}
              hint="So that it is this user and no other."
              error={errors.typed}
              wide
            >
              <input
                class={inputClass(errors.typed)}
                id="ask-typed"
                name="typed"
                value={draft.typed}
                autocomplete="off"
                {...described('ask-typed', errors.typed, true)}
              />
            </Field>
          )}
          <Field
            id="ask-reason"
            label={action.reason === 'required' ? 'Reason' : 'Reason, if there is one'}
            hint="Kept in the audit log, and told to the main app."
            error={errors.reason}
            wide
          >
            <input
              class={inputClass(errors.reason)}
              id="ask-reason"
              name="reason"
              value={draft.reason}
              maxlength={MAX_REASON}
              autocomplete="off"
              required={action.reason === 'required'}
              {...described('ask-reason', errors.reason, true)}
            />
          </Field>
        </div>
      </Card>
    </form>
  )
}

const reasonOf = (shown: AskProps['shown']): string | undefined =>
  shown?.outcome.kind === 'refused' ? shown.outcome.reason : undefined

const Foot = ({ action, subject, fresh, off, shown, ready }: AskProps & { ready: boolean }) => {
  const why = off ?? (ready ? undefined : NOT_READY[shown?.outcome.kind ?? 'none'])
  const look = action.destructive ? 'q-btn q-btn-fatal' : 'q-btn q-btn-primary'
  return (
    <p class="q-actions q-ask-foot">
      {why && !off && <span class="q-ink-3 q-ask-why">{why}</span>}
      <a class="q-btn" href={frameFor(subject).back(subject)}>
        Cancel
      </a>
      {!off && (Object.keys(action.fields).length > 0 || !ready) && (
        <button type="submit" class={ready ? 'q-btn' : 'q-btn q-btn-primary'} name="do" value="see" formnovalidate>
          {shown && !ready && !fresh ? 'Try again' : 'See what would change'}
        </button>
      )}
      <button type="submit" class={look} name="do" value="act" disabled={why !== undefined} title={why}>
        <Icon name={action.icon} />
        {action.verb}
      </button>
    </p>
  )
}

/** Why the button is not to be pressed yet. */
const NOT_READY: Record<Outcome<Would>['kind'] | 'none', string> = {
  none: 'First see what would change.',
  answered: '',
  refused: 'The main app would not do it.',
  working: 'The main app has not said yet what would change.',
  failed: 'What would change is not known.',
  unknown: 'What would change is not known.',
}

interface OneFieldProps {
  name: string
  field: ActionField
  value: string
  choices: Choice[] | undefined
  error: string | undefined
  live: Record<string, string>
}

const OneField = ({ name, field, value, choices = [], error, live }: OneFieldProps) => {
  const id = `ask-${name}`
  const shared = { id, name: `f.${name}`, ...described(id, error, field.hint !== undefined), ...live }
  const label = field.unit ? `${field.label}, ${field.unit}` : field.label
  return (
    <Field id={id} label={label} hint={field.hint} error={error}>
      {choices.length > 0 ? (
        <select class={inputClass(error, 'form-select')} required={!field.optional} {...shared}>
          <option value="">{field.optional ? '—' : 'Choose …'}</option>
          {withValue(choices, value).map((choice) => (
            <option value={choice.value} selected={choice.value === value}>
              {choice.label}
            </option>
          ))}
        </select>
      ) : (
        <input
          class={inputClass(error)}
          type={field.input === 'email' ? 'email' : 'text'}
          inputmode={field.input === 'number' ? 'numeric' : undefined}
          value={value}
          autocomplete="off"
          required={!field.optional}
          {...shared}
        />
      )}
    </Field>
  )
}

/** What an undo or an address brings may be a choice that is not known here. */
const withValue = (choices: Choice[], value: string): Choice[] =>
  value === '' || choices.some((one) => one.value === value) ? choices : [...choices, { value, label: value }]
