import type { Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { requireScope, whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { type Cell, csvResponse } from '../exports/csv.ts'
import { allBelow, type Below, pageBelow } from '../lib/below.ts'
import { mailInput } from './input.ts'
import { EMAIL_COLUMNS, emailsFile, listOfEmails, sendEmail as sendOperation } from './operations.ts'
import { type AskedMails, type Mail, readMails } from './read.ts'
import { sendEmail } from './send.ts'
import { noteRead, whyNoWords } from './words.ts'

/** Mails to one user, for programs. */
export function mountEmailsApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')

  serve(app, sendOperation, [requireScope('act'), smallBody], async (c) => {
    const { mail } = await sendEmail(deps, whoOf(c), await readJson(c, mailInput))
    return c.json(shown(mail), 202)
  })

  serve(app, listOfEmails, reads, async (c, { tenant, user, before, limit }) => {
    const who = whoOf(c)
    const words = whyNoWords(deps, who) === undefined
    const whose = ofUser(scopeOf(who, tenant), user)
    const { rows, next } = await pageBelow((asked) => readMails(deps, { ...whose, ...asked, words }), before, limit)
    if (words && rows.length > 0) await noteRead(deps, who, { emails: rows.length }, user)
    return json(c, { emails: rows.map(shown), next })
  })

  serve(app, emailsFile, reads, async (c, { tenant, user }) => {
    const who = whoOf(c)
    const words = whyNoWords(deps, who) === undefined
    const scope = scopeOf(who, tenant)
    if (words) await noteRead(deps, who, { file: 'emails.csv' }, user)
    const name = ['emails', scope === '*' ? undefined : scope, user].filter(Boolean).join('-')
    return csvResponse(c, name, [...EMAIL_COLUMNS], fileRows(deps, { ...ofUser(scope, user), words }))
  })
}

const ofUser = (scope: string, user: string | undefined) => ({ scope, ...(user !== undefined && { user }) })

async function* fileRows(deps: Deps, whose: Omit<AskedMails, keyof Below>): AsyncGenerator<Cell[][]> {
  for await (const rows of allBelow((asked) => readMails(deps, { ...whose, ...asked })))
    yield rows.map(shown).map((row) => EMAIL_COLUMNS.map((name) => row[name]))
}

function shown({ id, userId, tenantId, recipient, subject, text, status, error, attempts, by, ...rest }: Mail) {
  return {
    id,
    user: userId,
    tenant: tenantId || null,
    recipient,
    subject,
    text,
    status,
    error,
    attempts,
    created_at: rest.createdAt.toISOString(),
    sent_at: rest.sentAt?.toISOString() ?? null,
    by,
  }
}
