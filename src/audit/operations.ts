import { z } from 'zod'
import { operation } from '../api/operation.ts'
import { parameters } from '../api/query.ts'
import { FAULTS } from './verify.ts'

const { from, to, limit } = parameters

const text = (description: string) =>
  z
    .string()
    .refine((one) => one.length <= 300 && !one.includes('\0'), 'This is too long to be in the log.')
    .meta({ description })
    .optional()

const before = z
  .string()
  .regex(/^\d{1,15}$/, 'It is the number of a line, `next` of the page before.')
  .transform(Number)
  .optional()
  .meta({ type: 'integer', description: 'Only older lines than the one of this number: `next` of the page before.' })

const filters = {
  actor: text('Who did it: admin:ID, key:ID, cli, system, anonymous, or the e-mail address of an admin.'),
  action: text('What was done: key.create, or key for all that was done to keys.'),
  target: text(
    'What it was done to: admin:ID, a setting, an e-mail address of an admin; a beginning with * behind it.',
  ),
  from,
  to,
}

const line = z.strictObject({
  id: z.number(),
  at: z.iso.datetime(),
  actor: z.string(),
  by: z.string().nullable().describe('The address of the admin, or the name of the key.'),
  action: z.string(),
  target: z.string().nullable(),
  about: z.string().nullable().describe('The same of the target, where that is an admin or a key.'),
  detail: z.looseObject({}).nullable(),
  erased: z.boolean().describe('Whether its text was erased; its hash stays in the chain.'),
  seq: z.number().nullable().describe('Its place in the chain; null = not sealed yet, for some seconds.'),
  hash: z.string().nullable(),
})

export const listAudit = operation({
  method: 'get',
  path: '/api/audit',
  tag: 'Audit',
  summary: 'The audit log, newest first',
  details: 'For owners, and keys with the scope act, of all tenants: it tells what all of them did.',
  query: z.object({ ...filters, before, limit: limit(1_000, 100) }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ lines: z.array(line), next: z.number().nullable() }),
  },
})

export const verifyAuditLog = operation({
  method: 'get',
  path: '/api/audit/verify',
  tag: 'Audit',
  summary: 'Whether the audit log is as it was written',
  details:
    'Goes through the whole chain of hashes, and names the lines that were changed, deleted or put in. With a head that was noted earlier it also notices a chain that was written anew as a whole.',
  query: z.object({
    head: text('A head of an earlier answer, as number:hash; the first 8 characters of the hash are enough.'),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      whole: z.boolean(),
      lines: z.number(),
      erased: z.number().describe('Lines whose text was erased, as it should be.'),
      unsealed: z.number().describe('Lines written since the chain was last added to.'),
      head: z.string().describe('Note it elsewhere: it is what later chains must hold.'),
      faults: z.array(z.strictObject({ kind: z.enum(FAULTS), seq: z.number().nullable(), text: z.string() })),
      fault_count: z.number(),
      unsigned: z
        .array(z.number())
        .describe(
          'Lines before which the end was signed with another SECRET_KEY, which nobody has accepted: a fault each.',
        ),
      at: z.iso.datetime(),
    }),
  },
})

export const AUDIT_COLUMNS = ['seq', 'id', 'at', 'actor', 'by', 'action', 'target', 'about', 'detail', 'erased', 'hash']

export const auditFile = operation({
  method: 'get',
  path: '/exports/audit.csv',
  tag: 'Audit',
  summary: 'The audit log as a file, newest first',
  details: 'It cannot be signed: a link would open it for who may not read it.',
  query: z.object(filters),
  answer: { type: 'text/csv', doc: `Columns: ${AUDIT_COLUMNS.join(', ')}.` },
})

export const auditOperations = [listAudit, verifyAuditLog, auditFile]
