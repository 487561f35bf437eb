import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { AskForm, type AskProps } from '../../views/pages/action/ask.tsx'
import { RunsCard } from '../../views/pages/action/runs.tsx'
import { SubjectCard } from '../../views/pages/action/subject.tsx'
import { Grid, Stack } from '../../views/parts/index.ts'
import { adminOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Env } from '../env.ts'
import { Forbidden } from '../lib/errors.ts'
import { today } from '../lib/time.ts'
import { eraseHrefFor } from '../privacy/may.ts'
import { sendForm } from '../send-framed.tsx'
import { choicesFor } from './choices.ts'
import { type Draft, seenOf } from './draft.ts'
import { frameFor } from './frame.ts'
import { requireTenant, whyNot } from './may.ts'
import { askHref } from './paths.ts'
import { readFields } from './registry.ts'
import { runsAbout } from './runs.ts'
import { isThere, nameOf } from './subject.ts'
import type { Action, FieldValues, Subject } from './types.ts'
import { dryRun } from './wire.ts'

export interface Asked {
  action: Action
  subject: Subject
  draft: Draft
  /** Nobody has typed anything yet: what is missing is not told as an error. */
  fresh?: boolean
  errors?: Record<string, string>
  note?: string
  status?: 200 | 409 | 422
}

/** Of a subject, beside the form. */
const RUNS_SHOWN = 5

/** The form with what would change: alone where script asks for it, else as a page. */
export async function askPage(c: Context<Env>, deps: Deps, asked: Asked): Promise<Response> {
  const { action, subject, status = 200 } = asked
  const { page, crumbs } = frameFor(subject)
  const framed = { title: action.question(nameOf(subject)), page, crumbs: crumbs(subject), status }
  const form = <AskForm {...(await propsOf(deps, c, asked))} />
  return sendForm(c, deps, framed, form, (alone) => besideSubject(deps, subject, alone))
}

async function besideSubject(deps: Deps, subject: Subject, form: Child) {
  const runs = await runsAbout(deps, subject, RUNS_SHOWN)
  const clock = { today: today(deps.now(), deps.config.timeZone), timeZone: deps.config.timeZone }
  return (
    <Grid>
      <Stack span={8}>{form}</Stack>
      <Stack span={4}>
        {subject.id !== '' && <SubjectCard subject={subject} />}
        {isThere(subject) && <RunsCard runs={runs} about={subject.kind} {...clock} />}
      </Stack>
    </Grid>
  )
}

async function propsOf(deps: Deps, c: Context<Env>, asked: Asked): Promise<AskProps> {
  const { action, subject, draft, fresh = false, errors = {}, note } = asked
  const admin = adminOf(c)
  const off = whyNot(deps, admin, action)
  const read = readFields(action, draft.values)
  const tenant = read.ok ? foreignTenant(admin, action, read.values) : undefined
  const [choices, shown] = await Promise.all([
    choicesFor(deps, admin, action, subject),
    read.ok && !off && !tenant ? wouldBe(deps, c, action, subject, read.values) : undefined,
  ])
  return {
    action,
    subject,
    draft: {
      ...draft,
      seen: read.ok && shown?.outcome.kind === 'answered' ? seenOf(action, subject, read.values) : '',
    },
    fresh,
    choices,
    errors: { ...(read.ok || fresh ? {} : read.errors), ...(tenant && { tenant }), ...errors },
    note,
    off: off?.why,
    shown,
    timeZone: deps.config.timeZone,
    eraseHref: eraseHrefFor(admin, subject.id),
    href: askHref(subject.id, action.name),
  }
}

/** What is wrong with the tenant of a new user, for who is bound to some. */
function foreignTenant(admin: AdminWho, action: Action, fields: FieldValues): string | undefined {
  try {
    requireTenant(admin, action, fields)
    return undefined
  } catch (error) {
    if (error instanceof Forbidden) return error.message
    throw error
  }
}

async function wouldBe(deps: Deps, c: Context<Env>, action: Action, subject: Subject, fields: FieldValues) {
  const startedMs = performance.now()
  const outcome = await dryRun(deps, adminOf(c), { action, subject, fields })
  return { outcome, at: deps.now(), tookMs: performance.now() - startedMs }
}
