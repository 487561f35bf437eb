import type { Config } from '../../../src/config.ts'
import { senderOf } from '../../../src/delivery/mailer.ts'
import { EMAILS_PATH, type MailErrors } from '../../../src/email/form.ts'
import { MAX_SUBJECT, MAX_TEXT, type MailInput } from '../../../src/email/input.ts'
import { described, Facts, Field, Icon, inputClass, Note } from '../../parts/index.ts'

interface FormProps {
  values: Record<string, string>
  errors?: MailErrors
  /** Why it cannot be used here. */
  off?: string
}

/** A mail to one user; the button shows it before it is sent. */
export const MailForm = ({ values, errors = {}, off }: FormProps) => {
  // Then the button that sends it is the one to press.
  const isShown = values.act === 'preview' && Object.keys(errors).length === 0
  return (
    <form method="post" action={EMAILS_PATH} class="q-form">
      <input type="hidden" name="id" value={values.id} />
      <Field id="email-user" label="User" hint="The id of a user, as their page has it." error={errors.user} wide>
        <input
          class={inputClass(errors.user)}
          id="email-user"
          name="user"
          value={values.user}
          maxlength={200}
          autocomplete="off"
          required
          {...described('email-user', errors.user, true)}
        />
      </Field>
      <Field id="email-subject" label="Subject" error={errors.subject} wide>
        <input
          class={inputClass(errors.subject)}
          id="email-subject"
          name="subject"
          value={values.subject}
          maxlength={MAX_SUBJECT}
          autocomplete="off"
          required
          {...described('email-subject', errors.subject)}
        />
      </Field>
      <Field
        id="email-text"
        label="Text"
        hint="Plain text; addresses of web pages become links."
        error={errors.text}
        wide
      >
        <textarea
          class={inputClass(errors.text)}
          id="email-text"
          name="text"
          rows={12}
          maxlength={MAX_TEXT}
          required
          {...described('email-text', errors.text, true)}
        >
          {values.text}
        </textarea>
      </Field>
      <p class="q-actions q-form-wide">
        <button
          type="submit"
          name="act"
          value="preview"
          class={isShown ? 'q-btn' : 'q-btn q-btn-primary'}
          disabled={off !== undefined}
          title={off}
        >
          <Icon name="search" />
          Preview
        </button>
        {off && <span class="q-ink-3">{off}</span>}
      </p>
    </form>
  )
}

interface PreviewProps {
  ready: MailInput & { to: string }
  fields: Record<string, string>
  config: Config
}

/** The mail as it will be, and the button that sends it. */
export const MailPreview = ({ ready: { to, user, subject, text }, fields, config }: PreviewProps) => (
  <form method="post" action={EMAILS_PATH} class="q-flow">
    {['id', 'user', 'subject', 'text'].map((name) => (
      <input type="hidden" name={name} value={fields[name]} />
    ))}
    {config.smtpUrl === '' && (
      <Note tone="warn">SMTP_URL is not set: the mail is kept here, where it can be read, and is not sent.</Note>
    )}
    <Facts
      items={[
        { label: 'From', value: senderOf(config) },
        { label: 'To', value: `${to} (${user})` },
        { label: 'Subject', value: subject },
      ]}
    />
    <pre class="q-mail-text" tabindex={0}>
      {text}
    </pre>
    <p class="q-actions">
      <button type="submit" name="act" value="send" class="q-btn q-btn-primary">
        <Icon name="mail" />
        {config.smtpUrl === '' ? 'Keep it' : 'Send it'}
      </button>
      <a class="q-btn" href={EMAILS_PATH}>
        Leave it
      </a>
    </p>
  </form>
)
