import { randomUUID } from 'node:crypto'
import type { Context, Hono } from 'hono'
import type { z } from 'zod'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { allow, requireScope, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { act } from './act.ts'
import { answerRun, answerWould, viewOf } from './answers.ts'
import { askAgain } from './ask-again.ts'
import { contractOf } from './contract-doc.ts'
import { requireAction } from './may.ts'
import {
  actionBody,
  askRun,
  changeUser,
  createUser,
  deleteUser,
  doAction,
  listRuns,
  mainAppContract,
  readRun,
} from './operations.ts'
import { mountProductApi } from './product/api.ts'
import { findAction, readFields } from './registry.ts'
import { findRun, runsOfUser } from './runs.ts'
import { findSubject, loadSubject } from './subject.ts'
import type { FieldValues, SubjectKind } from './types.ts'
import { dryRun } from './wire.ts'

const RUNS_LISTED = 100

/** Actions for programs, and for whoever puts a button of their own before them. */
export function mountActionsApi(app: Hono<Env>, deps: Deps): void {
  const reads = requireScope('read')
  const acts = [requireScope('act'), smallBody]
  const owns = [allow({ scope: 'act', role: 'owner' }), smallBody]
  const param = (c: Context<Env>, name: string) => c.req.param(name) ?? ''

  serve(app, doAction, acts, async (c) =>
    answerAction(c, deps, { kind: 'user', name: param(c, 'action'), id: param(c, 'id') }, await nested(c)),
  )
  serve(app, createUser, acts, async (c) =>
    answerAction(c, deps, { kind: 'user', name: 'create', id: '' }, await flat(c)),
  )
  serve(app, changeUser, acts, async (c) =>
    answerAction(c, deps, { kind: 'user', name: 'edit', id: param(c, 'id') }, await flat(c)),
  )
  serve(app, deleteUser, owns, async (c) =>
    answerAction(c, deps, { kind: 'user', name: 'delete', id: param(c, 'id') }, await flat(c)),
  )

  serve(app, listRuns, reads, async (c) => {
    const { id } = await findSubject(deps, whoOf(c), param(c, 'id'))
    const runs = await runsOfUser(deps, id, RUNS_LISTED)
    return json(c, { actions: runs.map((run) => viewOf(run, deps.now())) })
  })
  serve(app, readRun, reads, async (c) => {
    return json(c, viewOf(await findRun(deps, whoOf(c), param(c, 'run')), deps.now()))
  })
  serve(app, askRun, acts, async (c) => {
    const run = await findRun(deps, whoOf(c), param(c, 'run'))
    return answerRun(c, await askAgain(deps, whoOf(c), run), deps.now())
  })

  mountProductApi(app, deps)
  serve(app, mainAppContract, reads, (c) => json(c, contractOf()))
}

type Body = z.output<typeof actionBody>

/** Does what a program asks for, or says what it would change. */
export async function answerAction(
  c: Context<Env>,
  deps: Deps,
  { kind, name, id }: { kind: SubjectKind; name: string; id: string },
  { fields: given, reason, dry_run, undo_of }: Body,
): Promise<Response> {
  const who = whoOf(c)
  const action = findAction(name)
  if (action?.on !== kind) throw new NotFound('There is no such action.')
  const subject = await loadSubject(deps, who, kind, id)
  requireAction(deps, who, action)
  const fields = fieldsOf(name, given)
  if (dry_run) return answerWould(c, action.name, id, await dryRun(deps, who, { action, subject, fields }))
  const undoes = undo_of === undefined ? undefined : await findRun(deps, who, undo_of)
  const wish = { action, subject, fields, reason: reason || undefined, key: keyOf(c), ...(undoes && { undoes }) }
  return answerRun(c, await act(deps, who, wish), deps.now())
}

/** @throws Problem 422 that names the field */
function fieldsOf(name: string, given: unknown): FieldValues {
  const action = findAction(name)
  const read = action ? readFields(action, given) : { ok: true as const, values: {} }
  if (read.ok) return read.values
  const detail = Object.entries(read.errors).map(([field, message]) => `${field || 'fields'}: ${message}`)
  throw new Problem(422, 'The body is not valid', detail.join(' '))
}

/** @throws Problem 422: a key that is cut would be another one */
function keyOf(c: Context<Env>): string {
  const given = c.req.header('idempotency-key')?.trim()
  if (given === undefined || given === '') return randomUUID()
  if (given.length > 200) throw new Problem(422, 'A long key', 'An Idempotency-Key has at most 200 characters.')
  return given
}

/** The body of an action; nothing at all is one without fields and without a reason. */
export async function nested(c: Context<Env>): Promise<Body> {
  return checked(await objectOf(c))
}

/** The same with the fields beside reason and dry_run. */
async function flat(c: Context<Env>): Promise<Body> {
  const { reason, dry_run, ...fields } = await objectOf(c)
  return checked({ fields, ...(reason !== undefined && { reason }), ...(dry_run !== undefined && { dry_run }) })
}

async function objectOf(c: Context<Env>): Promise<Record<string, unknown>> {
  const text = await c.req.text()
  if (text.trim() === '') return {}
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw new Problem(422, 'Not JSON', 'The body is not a JSON object.')
}

/** @throws Problem 422 that names the field */
function checked(body: unknown): Body {
  const { success, data, error } = actionBody.safeParse(body)
  if (success) return data
  const detail = error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ')
  throw new Problem(422, 'The body is not valid', detail)
}
