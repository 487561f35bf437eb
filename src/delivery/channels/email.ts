import { z } from 'zod'
import { senderOf, sendMail } from '../mailer.ts'
import type { ChannelKind, Message } from '../types.ts'
import { headline, rankOf } from '../words.ts'

const MAX_RECIPIENTS = 20
const address = z.email()

const to = z
  .string()
  .transform((text) => [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))])
  .superRefine((all, context) => {
    const bad = all.find((one) => !address.safeParse(one).success)
    if (all.length === 0) context.addIssue('At least one address.')
    else if (all.length > MAX_RECIPIENTS) context.addIssue(`At most ${MAX_RECIPIENTS} addresses.`)
    else if (bad) context.addIssue(`“${bad.slice(0, 80)}” is no e-mail address.`)
  })
  .transform((all) => all.join(', '))

/** Notices as mails of plain text, by SMTP. */
export const email: ChannelKind = {
  kind: 'email',
  label: 'E-mail',
  icon: 'mail',
  doc: 'A mail to some addresses, through the server of SMTP_URL.',
  fields: [
    {
      name: 'to',
      label: 'To',
      hint: `Addresses, separated by commas; at most ${MAX_RECIPIENTS}. All of them get one mail.`,
      placeholder: 'ops@example.com, lead@example.com',
    },
  ],
  schema: () => z.object({ to }),
  target: (values) => values.to ?? '',
  notice: (config) =>
    config.smtpUrl === ''
      ? 'SMTP_URL is not set: mails are kept here, where they can be read, and are not sent.'
      : `Mails are from ${senderOf(config)}.`,
  send: (deps, values, message) =>
    sendMail(deps, {
      id: message.id,
      to: (values.to ?? '').split(', '),
      subject: headline(message),
      text: textOf(message),
      ...(message.thread && { thread: `thread-${message.thread}` }),
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Quarterdeck-Dedupe-Key': message.dedupeKey.replace(/[^\x20-\x7e]/g, '?'),
        ...(rankOf(message.severity) === 3 && { Importance: 'high' }),
      },
    }),
}

function textOf({ text, link, product, at }: Message): string {
  const sender = `Sent by Quarterdeck for ${product}, ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC.`
  return [text, link, `-- \n${sender}`].filter(Boolean).join('\n\n')
}
