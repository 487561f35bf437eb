import type { Context } from 'hono'
import { Layout } from '../../views/layout.tsx'
import { AskForm, type AskProps } from '../../views/pages/action/ask.tsx'
import { RunsCard } from '../../views/pages/action/runs.tsx'
import { SubjectCard } from '../../views/pages/action/subject.tsx'
import { Grid, Stack } from '../../views/parts/index.ts'
import { adminOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Env } from '../env.ts'
import { frameOf } from '../frame-of.ts'
import { Forbidden } from '../lib/errors.ts'
import { today } from '../lib/time.ts'
import { choicesFor } from './choices.ts'
import { type Draft, seenOf } from './draft.ts'
import { crumbsOf } from './frame.ts'
import { requireTenant, whyNot } from './may.ts'
import { askHref } from './paths.ts'
import { readFields } from './registry.ts'
import { runsOfUser } from './runs.ts'
import { nameOf } from './subject.ts'
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

/** Of a user, beside the form. */
const RUNS_SHOWN = 5

/** The form with what would change: alone where script asks for it, else as a page. */
export async function askPage(c: Context<Env>, deps: Deps, asked: Asked): Promise<Response> {
  const { action, subject, status = 200 } = asked
  const admin = adminOf(c)
  const form = <AskForm {...(await propsOf(deps, c, asked))} />
  c.header('Cache-Control', 'private, no-store')
  if (c.req.header('hx-request')) return c.html(String(await form), status)
  const runs = subject.id === '' ? [] : await runsOfUser(deps, subject.id, RUNS_SHOWN)
  const clock = { today: today(deps.now(), deps.config.timeZone), timeZone: deps.config.timeZone }
  const page = (
    <Layout
      title={action.question(nameOf(subject))}
      page="/dashboard/users"
      {...(await frameOf(deps, admin))}
      crumbs={crumbsOf(subject)}
    >
      <div class="q-page">
        <Grid>
          <Stack span={8}>{form}</Stack>
          <Stack span={4}>
            {subject.id !== '' && <SubjectCard subject={subject} />}
            {subject.id !== '' && <RunsCard runs={runs} {...clock} />}
          </Stack>
        </Grid>
      </div>
    </Layout>
  )
  return c.html(String(await page), status)
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
    choices,
    errors: { ...(read.ok || fresh ? {} : read.errors), ...(tenant && { tenant }), ...errors },
    note,
    off: off?.why,
    shown,
    timeZone: deps.config.timeZone,
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
