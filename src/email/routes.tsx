import type { Context, Hono } from 'hono'
import { MailForm, MailPreview } from '../../views/pages/email/form.tsx'
import { MailWords } from '../../views/pages/email/words.tsx'
import { Card } from '../../views/parts/index.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { sendFramed } from '../send-framed.tsx'
import { USERS_PATH } from '../users/paths.ts'
import { EMAIL_NEW_PATH, EMAILS_PATH, errorsOf, type MailErrors, mailHref, readMailForm } from './form.ts'
import type { MailInput } from './input.ts'
import { recipientOf } from './recipient.ts'
import { sendEmail } from './send.ts'
import { openMail } from './words.ts'

/** What the form of people sends: first how the mail will look, then the same again to send it; and what one says. */
export function mountEmails(app: Hono<Env>, deps: Deps): void {
  const sends = requireRole('operator')

  // From a user's page: the form, with the user filled in.
  app.get(`${USERS_PATH}/:id/email`, sends, (c) =>
    c.redirect(`${EMAIL_NEW_PATH}?user=${encodeURIComponent(c.req.param('id'))}`, 303),
  )

  app.get(`${EMAILS_PATH}/:id/words`, sends, async (c) => {
    const mail = await openMail(deps, adminOf(c), c.req.param('id'))
    const crumbs = [
      { label: 'E-mails', href: EMAILS_PATH },
      { label: `E-mail ${mail.id}`, href: mailHref(mail.id) },
    ]
    return sendFramed(c, deps, { title: 'What it says', page: EMAILS_PATH, crumbs }, <MailWords mail={mail} />)
  })

  app.post(EMAILS_PATH, sends, smallBody, async (c) => {
    const fields = await fieldsOf(c)
    const read = readMailForm(fields)
    if ('errors' in read) return again(c, deps, fields, { errors: read.errors })
    try {
      if (fields.act !== 'send') return await preview(c, deps, fields, read.input)
      const { mail } = await sendEmail(deps, adminOf(c), read.input)
      return c.redirect(`${mailHref(mail.id)}&done=sent`, 303)
    } catch (error) {
      return again(c, deps, fields, { errors: errorsOf(error) })
    }
  })
}

async function preview(
  c: Context<Env>,
  deps: Deps,
  fields: Record<string, string>,
  input: MailInput,
): Promise<Response> {
  const { email } = await recipientOf(deps, adminOf(c), input.user)
  return again(c, deps, fields, { ready: { ...input, to: email } })
}

interface Again {
  errors?: MailErrors
  /** A mail that can be sent, and to whom. */
  ready?: MailInput & { to: string }
}

/** What was written is still there, with the reason at its field or with the mail as it will be. */
function again(
  c: Context<Env>,
  deps: Deps,
  fields: Record<string, string>,
  { errors, ready }: Again,
): Promise<Response> {
  const crumbs = [{ label: 'E-mails', href: EMAILS_PATH }]
  return sendFramed(
    c,
    deps,
    { title: 'New e-mail', page: EMAILS_PATH, crumbs, status: errors ? 422 : 200 },
    <div class="q-flow">
      {ready && (
        <Card id="email-preview" title="It will look like this" sub="nothing is sent yet">
          <MailPreview ready={ready} fields={fields} config={deps.config} />
        </Card>
      )}
      <Card id="email-form" title={errors ? 'Not sent' : 'Change it'}>
        <MailForm values={fields} errors={errors} />
      </Card>
    </div>,
  )
}
