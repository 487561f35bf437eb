import { described, Field, inputClass } from './field.tsx'
import { Icon } from './icons.tsx'

export interface AnnotateProps {
  /** Where to go when it is written. */
  back: string
  kinds: { value: string; label: string }[]
  /** '' = all of them; absent where there is nothing to choose. */
  tenants: { value: string; label: string }[]
  today: string
  timeZone: string
  maxText: number
  /** What was entered before, where it was refused. */
  values?: Record<string, string>
  /** By field. */
  errors?: Record<string, string>
  /** Why it cannot be used here. */
  off?: string
}

/** What happened, when, to whom, with a link: one form for the drawer and the page. */
export const AnnotateForm = (props: AnnotateProps) => {
  const { back, kinds, tenants, today, timeZone, maxText, values = {}, errors = {}, off } = props
  return (
    <form method="post" action="/dashboard/annotations" class="q-form">
      <input type="hidden" name="back" value={back} />
      <Field id="annotate-text" error={errors.text} label="What happened" wide>
        <input
          class={inputClass(errors.text)}
          id="annotate-text"
          name="text"
          value={values.text}
          maxlength={maxText}
          placeholder="v4.18, new pricing page …"
          autocomplete="off"
          required
          {...described('annotate-text', errors.text)}
        />
      </Field>
      <Field id="annotate-kind" error={errors.kind} label="Kind">
        <Choice id="annotate-kind" name="kind" options={kinds} chosen={values.kind} error={errors.kind} />
      </Field>
      <Field id="annotate-tenant" error={errors.tenant} label="Tenant">
        <Choice id="annotate-tenant" name="tenant" options={tenants} chosen={values.tenant} error={errors.tenant} />
      </Field>
      <Field id="annotate-day" error={errors.day} label="Day">
        <input
          class={inputClass(errors.day)}
          id="annotate-day"
          type="date"
          name="day"
          value={values.day ?? today}
          required
          {...described('annotate-day', errors.day)}
        />
      </Field>
      <Field id="annotate-time" error={errors.time} label="Time" hint={`Empty: the whole day. ${timeZone}.`}>
        <input
          class={inputClass(errors.time)}
          id="annotate-time"
          type="time"
          name="time"
          value={values.time}
          {...described('annotate-time', errors.time, true)}
        />
      </Field>
      <Field
        id="annotate-link"
        error={errors.link}
        label="Link"
        hint="Optional: the release, the report of the incident."
        wide
      >
        <input
          class={inputClass(errors.link)}
          id="annotate-link"
          type="url"
          name="link"
          value={values.link}
          placeholder="https://"
          {...described('annotate-link', errors.link, true)}
        />
      </Field>
      <p class="q-actions q-form-wide">
        <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
          <Icon name="flag" />
          Annotate
        </button>
        {off && <span class="q-ink-3">{off}</span>}
      </p>
    </form>
  )
}

/** The same in a drawer; without script its button leads to the page that has the form. */
export const AnnotateDrawer = (props: AnnotateProps) => (
  <dialog class="q-drawer" id={ANNOTATE_DRAWER} aria-labelledby="annotate-title">
    <header class="q-drawer-head">
      <h2 class="q-drawer-title" id="annotate-title">
        Annotate
      </h2>
      <button type="button" class="q-btn q-btn-icon q-push" aria-label="Close" data-action="close">
        <Icon name="x" />
      </button>
    </header>
    <div class="q-drawer-body">
      <p class="q-ink-2">A flag on all time charts. Everybody who may see the tenant sees it.</p>
      <p>
        <a href="/dashboard/annotations">All annotations</a>
      </p>
      <AnnotateForm {...props} />
    </div>
  </dialog>
)

export const AnnotateButton = ({ href }: { href: string }) => (
  <a class="q-btn" href={href} data-action="drawer" data-value={ANNOTATE_DRAWER}>
    <Icon name="flag" />
    Annotate
  </a>
)

const ANNOTATE_DRAWER = 'annotate'

const Choice = (props: {
  id: string
  name: string
  options: AnnotateProps['tenants']
  chosen?: string
  error?: string
}) => (
  <select
    class={inputClass(props.error, 'form-select')}
    id={props.id}
    name={props.name}
    {...described(props.id, props.error)}
  >
    {props.options.map(({ value, label }) => (
      <option value={value} selected={value === props.chosen}>
        {label}
      </option>
    ))}
  </select>
)
