import type { Hono } from 'hono'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { allow, whoOf } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { type Cell, csvResponse } from '../exports/csv.ts'
import { AUDIT_COLUMNS, auditFile, listAudit, verifyAuditLog } from './operations.ts'
import { type AuditLine, type AuditQuery, readAudit, walkAudit } from './read.ts'
import { verifyAudit } from './verify.ts'

/**
 * The audit log for programs. A key needs the scope of those who act, not the one that reads numbers: a dashboard's key,
 * or a link that somebody made who may only read, must not tell who signed in from where.
 */
export function mountAuditApi(app: Hono<Env>, deps: Deps): void {
  const reads = allow({ role: 'owner', scope: 'act' })
  const WHAT = 'The audit log is'

  serve(app, listAudit, reads, async (c, { limit, ...query }) => {
    requireAllTenants(whoOf(c), WHAT)
    const lines = await readAudit(deps, query, limit + 1)
    const shown = lines.slice(0, limit)
    const next = lines.length > limit ? (shown.at(-1)?.id ?? null) : null
    return json(c, { lines: shown.map((line) => ({ ...line, at: line.at.toISOString() })), next })
  })

  serve(app, verifyAuditLog, reads, async (c, { head }) => {
    requireAllTenants(whoOf(c), WHAT)
    const { head: end, faultCount, at, ...verdict } = await verifyAudit(deps, head)
    c.header('Cache-Control', 'no-store')
    return c.json({ ...verdict, fault_count: faultCount, head: `${end.seq}:${end.hash}`, at: at.toISOString() })
  })

  serve(app, auditFile, reads, (c, query) => {
    requireAllTenants(whoOf(c), WHAT)
    const days = [query.from, query.to].filter(Boolean).join('-')
    return csvResponse(c, `audit${days && `-${days}`}`, AUDIT_COLUMNS, cells(deps, query))
  })
}

async function* cells(deps: Deps, query: AuditQuery): AsyncGenerator<Cell[][]> {
  for await (const lines of walkAudit(deps, query)) yield lines.map(cellsOf)
}

const cellsOf = (line: AuditLine): Cell[] => [
  line.seq,
  line.id,
  line.at,
  line.actor,
  line.by,
  line.action,
  line.target,
  line.about,
  line.detail && JSON.stringify(line.detail),
  line.erased,
  line.hash,
]
