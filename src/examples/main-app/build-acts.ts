import { randomUUID } from 'node:crypto'
import { jobFacts } from './facts.ts'
import { type Act, type Asked, refuse } from './intent.ts'
import type { Build, Store } from './store.ts'

/** What is done with a user’s builds. */
export const buildActs: Record<string, Act> = {
  'retry-build': ({ store, user, fields, nowMs, tell }) => {
    const build = (store.builds.get(user.id) ?? []).find(
      ({ id, status }) => status === 'failed' && (fields.build === undefined || id === fields.build),
    )
    if (!build) return refuse(409, fields.build ? 'This build has not failed.' : 'No build of this user has failed.')
    const again = { ...build, status: 'queued', attempt: build.attempt + 1, error: undefined, atMs: nowMs }
    return {
      would: `The ${build.kind} goes to the end of the queue.`,
      done: `The ${build.kind} is in the queue again, attempt ${again.attempt}.`,
      changes: [
        { label: build.id, now: build.error ? `failed: ${build.error}` : 'failed', after: 'queued' },
        { label: 'Attempt', now: build.attempt, after: again.attempt },
      ],
      apply: () => runs(store, again, tell, nowMs),
    }
  },

  redeploy: ({ store, user, nowMs, tell }) => {
    const last = (store.builds.get(user.id) ?? []).find(
      ({ kind, status }) => kind === 'build' && status === 'succeeded',
    )
    if (!last) return refuse(409, 'There is nothing to deploy: no build has succeeded.')
    const deploy: Build = {
      ...last,
      id: `job_${randomUUID()}`,
      kind: 'deploy',
      status: 'queued',
      attempt: 1,
      atMs: nowMs,
    }
    return {
      would: `The site is deployed from ${last.id}; it stays online meanwhile.`,
      done: 'The deployment is in the queue.',
      changes: [{ label: 'Deployments in the queue', now: 0, after: 1 }],
      apply: () => runs(store, deploy, tell, nowMs),
    }
  },
}

function runs(store: Store, build: Build, tell: Asked['tell'], nowMs: number): undefined {
  store.putBuild(build)
  store.touched.delete(build.userId)
  store.touched.add(build.userId)
  tell(jobFacts(build, nowMs))
}
