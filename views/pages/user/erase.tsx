import { READ_ONLY } from '../../../src/auth/guards.ts'
import { MAX_REASON } from '../../../src/privacy/erase.ts'
import type { HeldUser } from '../../../src/privacy/find.ts'
import { eraseHref } from '../../../src/privacy/paths.ts'
import { USERS_PATH } from '../../../src/users/paths.ts'
import { Card, described, Field, Grid, inputClass, Stack } from '../../parts/index.ts'

/** What becomes of what; in the words of the help page. */
const BECOMES: [what: string, after: string][] = [
  ['Account: e-mail address, names, place, traits', 'gone'],
  ['Notes, tags, mails, written profile, health', 'gone'],
  ['Words of messages, prompts, tickets, feedback, errors', 'gone'],
  ['Events, calls, jobs, objects', 'under a pseudonym, without properties'],
  ['Subscriptions, payments, invoices', 'amounts under the pseudonym'],
  ['Texts of the audit log about them', 'gone; its chain stays whole'],
  ['Numbers of past days', 'as they are, but for totals of users'],
]

interface Props {
  user: HeldUser
  values?: Record<string, string> | undefined
  errors?: Record<string, string> | undefined
  readOnly: boolean
}

/** The id typed once more and a reason: then there is no way back. */
export const EraseForm = ({ user, values = {}, errors = {}, readOnly }: Props) => (
  <Grid>
    <Stack span={7}>
      <Card id="erase" title="Erase for good" sub="it cannot be undone">
        <form class="q-form" method="post" action={eraseHref(user.id)}>
          <Field
            id="confirm"
            label="Id of the user"
            hint={`Type ${user.id} to confirm.`}
            error={errors.confirm}
            keepsHint
            wide
          >
            <input
              class={inputClass(errors.confirm)}
              id="confirm"
              name="confirm"
              value={values.confirm}
              autocomplete="off"
              spellcheck={false}
              required
              {...described('confirm', errors.confirm, true, true)}
            />
          </Field>
          <Field
            id="reason"
            label="Reason"
            hint="It stays in the audit log: without the id and the address."
            error={errors.reason}
            keepsHint
            wide
          >
            <textarea
              class={inputClass(errors.reason)}
              id="reason"
              name="reason"
              rows={3}
              maxlength={MAX_REASON}
              required
              {...described('reason', errors.reason, true, true)}
            >
              {values.reason}
            </textarea>
          </Field>
          <p class="q-actions">
            <button
              type="submit"
              class="q-btn q-btn-danger"
              disabled={readOnly}
              title={readOnly ? READ_ONLY : undefined}
            >
              Erase this user
            </button>
            <a class="q-btn" href={USERS_PATH}>
              Cancel
            </a>
          </p>
        </form>
      </Card>
    </Stack>
    <Stack span={5}>
      <Card id="becomes" title="What becomes of it">
        {BECOMES.map(([what, after]) => (
          <p>
            {what}: <span class="q-ink-2">{after}</span>
          </p>
        ))}
      </Card>
      <Card id="elsewhere" title="Elsewhere">
        <p class="q-ink-2">
          Erase them in the product and at the payment provider first: what those send again under another id, or by
          e-mail address alone, is somebody new to Quarterdeck. Backups and files that were exported are yours to clear.
        </p>
      </Card>
    </Stack>
  </Grid>
)
