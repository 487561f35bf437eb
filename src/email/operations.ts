import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { mailInput } from './input.ts'

const mail = z.strictObject({
  id: z.number(),
  user: z.string(),
  tenant: z.string().nullable(),
  recipient: z.string(),
  subject: z.string().nullable().describe('null for who may only read, and in privacy mode strict, as is the text.'),
  text: z.string().nullable(),
  status: z.enum(['queued', 'sent', 'kept', 'failed']).describe('kept: there is no mail server to send it with.'),
  error: z.string().nullable(),
  attempts: z.number(),
  created_at: z.iso.datetime(),
  sent_at: z.iso.datetime().nullable(),
  by: z.string(),
})

export const EMAIL_COLUMNS = [
  'id',
  'created_at',
  'user',
  'tenant',
  'recipient',
  'subject',
  'text',
  'status',
  'error',
  'attempts',
  'sent_at',
  'by',
] as const

const { tenant } = parameters
const user = z.string().max(200).optional().meta({ description: 'To one user, by their id.' })
const tag = 'Delivery'

export const sendEmail = operation({
  method: 'post',
  path: '/api/emails/send',
  tag,
  summary: 'Send a mail to one user',
  details:
    'It is written into the outbox and sent within a second or two; `GET /api/emails` tells what became of it. With an `id` of your own a repeated call is the same mail. Who unsubscribed gets none: 422.',
  body: mailInput,
  answer: { type: 'application/json', status: 202, schema: mail },
})

export const listOfEmails = operation({
  method: 'get',
  path: '/api/emails',
  tag,
  summary: 'The mails sent to users from here, the newest first',
  details: 'What they say is for operators and keys with the scope act; that it was read is in the audit log.',
  query: z.object({
    tenant,
    user,
    before: parameters.before,
    limit: parameters.limit(500, 100),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ emails: z.array(mail), next: z.number().nullable() }),
  },
})

export const emailsFile = operation({
  method: 'get',
  path: '/exports/emails.csv',
  tag,
  summary: 'The mails sent to users as a file',
  query: z.object({ tenant, user }),
  answer: { type: 'text/csv', doc: `Columns: ${EMAIL_COLUMNS.join(', ')}.` },
})

export const emailOperations = [sendEmail, listOfEmails, emailsFile]
