import type { Context } from 'hono'
import { raw } from 'hono/html'
import { RunCards } from '../../views/pages/action/run.tsx'
import { RunsCard } from '../../views/pages/action/runs.tsx'
import { SubjectCard } from '../../views/pages/action/subject.tsx'
import { ActionsMenu } from '../../views/parts/actions-menu.tsx'
import { Grid, LiveRegion, Stack } from '../../views/parts/index.ts'
import { adminOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { etagOf } from '../lib/etag.ts'
import { sendFragment } from '../lib/fragment.ts'
import { today } from '../lib/time.ts'
import { eraseHrefFor } from '../privacy/may.ts'
import { sendFramed } from '../send-framed.tsx'
import { whyNotAsk } from './ask-again.ts'
import { frameFor } from './frame.ts'
import { whyNot } from './may.ts'
import { actionsMenu } from './menu.ts'
import { askHref, liveRunHref } from './paths.ts'
import { findAction, kindOf, labelOf } from './registry.ts'
import { type ActionRun, isSettled, mayAskAgain, runsAbout, undoOf } from './runs.ts'
import { findSubject, isThere, loadSubject, nameOf, newSubject } from './subject.ts'
import type { Action, Subject } from './types.ts'

/** How often the page looks while nobody knows what came of it. */
const EVERY_S = 5
const RUNS_SHOWN = 5

/** What became of a run, with its undo; the page follows it until it is settled. */
export function runPage(c: Context<Env>, deps: Deps, run: ActionRun): Promise<Response> {
  return pageOf(c, deps, run)
}

/** The same once, with the link that is kept nowhere: it has no address that could be opened again. */
export function linkPage(c: Context<Env>, deps: Deps, run: ActionRun, url: string): Promise<Response> {
  return pageOf(c, deps, run, url)
}

/** What a poll brings. */
export async function liveRun(c: Context<Env>, deps: Deps, run: ActionRun): Promise<Response> {
  const html = String(await bodyOf(c, deps, run, await subjectOf(c, deps, run)))
  return sendFragment(c, { data: run, html, aside: '', etag: etagOf(html), at: deps.now() })
}

async function pageOf(c: Context<Env>, deps: Deps, run: ActionRun, url?: string): Promise<Response> {
  const admin = adminOf(c)
  const subject = await subjectOf(c, deps, run)
  const live = !isSettled(run) && url === undefined
  const html = String(await bodyOf(c, deps, run, subject, url))
  const { page, crumbs } = frameFor(subject)
  return sendFramed(
    c,
    deps,
    {
      title: `${labelOf(run.action)}${run.userId === '' ? '' : `: ${nameOf(subject)}`}`,
      page,
      crumbs: crumbs(subject),
      actions: run.userId !== '' && <ActionsMenu {...actionsMenu(deps, admin, run.userId)} />,
      ...(live && { freshness: { at: deps.now(), every: EVERY_S } }),
    },
    live ? (
      <LiveRegion src={liveRunHref(run.id)} every={EVERY_S} etag={`W/${etagOf(html)}`}>
        {raw(html)}
      </LiveRegion>
    ) : (
      raw(html)
    ),
  )
}

/** What was done is known by its answer; what the product tells of the user comes later, through the doors. */
const isToldBefore = ({ toldAt }: Subject, { state, at }: ActionRun): boolean =>
  state === 'done' && toldAt !== undefined && toldAt < at

const clockOf = ({ config: { timeZone }, now }: Deps) => ({ today: today(now(), timeZone), timeZone })

async function bodyOf(c: Context<Env>, deps: Deps, run: ActionRun, subject: Subject, url?: string) {
  const runs = await runsAbout(deps, subject, RUNS_SHOWN)
  const undo = undoOf(run, deps.now())
  const back = undo && findAction(undo.action)
  return (
    <Grid>
      <Stack span={8}>
        <RunCards
          run={run}
          name={nameOf(subject)}
          {...(back && {
            undo: { href: askHref(run.userId, back.name, run.id), label: back.label, off: offOf(c, deps, back) },
          })}
          askAgain={mayAskAgain(run, deps.now())}
          off={whyNotAsk(deps, adminOf(c), run)?.why}
          url={url}
          eraseHref={eraseHrefFor(adminOf(c), run.userId)}
          {...clockOf(deps)}
        />
      </Stack>
      <Stack span={4}>
        {run.userId !== '' && <SubjectCard subject={subject} before={isToldBefore(subject, run)} />}
        {isThere(subject) && <RunsCard runs={runs} about={subject.kind} current={run.id} {...clockOf(deps)} />}
      </Stack>
    </Grid>
  )
}

const offOf = (c: Context<Env>, deps: Deps, action: Action | undefined): string | undefined =>
  action && whyNot(deps, adminOf(c), action)?.why

/** A user who is not known here (yet, or any more) is called by their id. */
async function subjectOf(c: Context<Env>, deps: Deps, { action, userId, tenantId }: ActionRun): Promise<Subject> {
  if (userId === '') return loadSubject(deps, adminOf(c), kindOf(action), '')
  return await findSubject(deps, adminOf(c), userId).catch((error: unknown) => {
    if (!(error instanceof NotFound)) throw error
    return { ...newSubject, id: userId, tenantId }
  })
}
