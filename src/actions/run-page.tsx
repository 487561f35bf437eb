import type { Context } from 'hono'
import { raw } from 'hono/html'
import { Layout } from '../../views/layout.tsx'
import { RunCards } from '../../views/pages/action/run.tsx'
import { RunsCard } from '../../views/pages/action/runs.tsx'
import { SubjectCard } from '../../views/pages/action/subject.tsx'
import { ActionsMenu } from '../../views/parts/actions-menu.tsx'
import { Grid, LiveRegion, Stack } from '../../views/parts/index.ts'
import { adminOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { frameOf } from '../frame-of.ts'
import { NotFound } from '../lib/errors.ts'
import { etagOf } from '../lib/etag.ts'
import { sendFragment } from '../lib/fragment.ts'
import { today } from '../lib/time.ts'
import { crumbsOf } from './frame.ts'
import { whyNot } from './may.ts'
import { actionsMenu } from './menu.ts'
import { askHref, liveRunHref } from './paths.ts'
import { findAction, labelOf } from './registry.ts'
import { type ActionRun, isSettled, mayAskAgain, runsOfUser, undoOf } from './runs.ts'
import { findSubject, nameOf, newSubject } from './subject.ts'
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
  c.header('Cache-Control', 'private, no-store')
  const page = (
    <Layout
      title={`${labelOf(run.action)}${run.userId === '' ? '' : `: ${nameOf(subject)}`}`}
      page="/dashboard/users"
      {...(await frameOf(deps, admin))}
      crumbs={crumbsOf(subject)}
      actions={run.userId !== '' && <ActionsMenu {...actionsMenu(deps, admin, run.userId)} />}
      {...(live && { freshness: { at: deps.now(), every: EVERY_S } })}
    >
      <div class="q-page">
        {live ? (
          <LiveRegion src={liveRunHref(run.id)} every={EVERY_S} etag={`W/${etagOf(html)}`}>
            {raw(html)}
          </LiveRegion>
        ) : (
          raw(html)
        )}
      </div>
    </Layout>
  )
  return c.html(String(await page))
}

const clockOf = ({ config: { timeZone }, now }: Deps) => ({ today: today(now(), timeZone), timeZone })

async function bodyOf(c: Context<Env>, deps: Deps, run: ActionRun, subject: Subject, url?: string) {
  const runs = run.userId === '' ? [] : await runsOfUser(deps, run.userId, RUNS_SHOWN)
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
          off={offOf(c, deps, findAction(run.action))}
          url={url}
          {...clockOf(deps)}
        />
      </Stack>
      <Stack span={4}>
        {run.userId !== '' && <SubjectCard subject={subject} />}
        {run.userId !== '' && <RunsCard runs={runs} current={run.id} {...clockOf(deps)} />}
      </Stack>
    </Grid>
  )
}

const offOf = (c: Context<Env>, deps: Deps, action: Action | undefined): string | undefined =>
  action && whyNot(deps, adminOf(c), action)?.why

/** A user who is not known here (yet, or any more) is called by their id. */
async function subjectOf(c: Context<Env>, deps: Deps, { userId, tenantId }: ActionRun): Promise<Subject> {
  if (userId === '') return newSubject
  return await findSubject(deps, adminOf(c), userId).catch((error: unknown) => {
    if (!(error instanceof NotFound)) throw error
    return { ...newSubject, id: userId, tenantId }
  })
}
