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
import { mailInput } from './input.ts'
import { EMAIL_COLUMNS, emailsFile, listOfEmails, sendEmail as sendOperation } from './operations.ts'
import { type AskedMails, type Mail, readMails } from './read.ts'
import { sendEmail } from './send.ts'

/** Mails to one user, for programs. */
export function mountEmailsApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')

  serve(app, sendOperation, [requireScope('act'), smallBody], async (c) => {
    const { mail } = await sendEmail(deps, whoOf(c), await readJson(c, mailInput))
    return c.json(shown(mail), 202)
  })

  serve(app, listOfEmails, reads, async (c, { tenant, user, before, limit }) => {
    const scope = scopeOf(whoOf(c), tenant)
    const asked = { ...ofUser(scope, user), ...(before !== undefined && { before }) }
    const found = await readMails(deps, { ...asked, limit: limit + 1 })
    const page = found.slice(0, limit)
    return json(c, { emails: page.map(shown), next: found.length > limit ? (page.at(-1)?.id ?? null) : null })
  })

  serve(app, emailsFile, reads, (c, { tenant, user }) => {
    const scope = scopeOf(whoOf(c), tenant)
    const name = ['emails', scope === '*' ? undefined : scope, user].filter(Boolean).join('-')
    return csvResponse(c, name, [...EMAIL_COLUMNS], fileRows(deps, ofUser(scope, user)))
  })
}

const ofUser = (scope: string, user: string | undefined) => ({ scope, ...(user !== undefined && { user }) })

const FILE_PAGE = 250

async function* fileRows(deps: Deps, asked: Omit<AskedMails, 'limit' | 'before'>): AsyncGenerator<Cell[][]> {
  let before: number | undefined
  do {
    const page = await readMails(deps, { ...asked, ...(before !== undefined && { before }), limit: FILE_PAGE })
    if (page.length > 0) yield page.map(shown).map((row) => EMAIL_COLUMNS.map((name) => row[name]))
    before = page.length === FILE_PAGE ? page.at(-1)?.id : undefined
  } while (before !== undefined)
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
