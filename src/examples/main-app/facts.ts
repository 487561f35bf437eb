import type { AppUser, Build } from './store.ts'

/** What this product tells Quarterdeck, as it would be sent to the typed doors. */
export interface Told {
  kind: 'users' | 'jobs' | 'subscriptions'
  /** When it happens: a build takes its time. */
  atMs: number
  row: Record<string, unknown>
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** A user, as they are after what was done. */
export const userFact = (user: AppUser, atMs: number): Told => ({
  kind: 'users',
  atMs,
  row: {
    id: user.id,
    email: user.email || undefined,
    username: user.username || undefined,
    plan: user.plan || undefined,
    tenant_id: user.tenantId || undefined,
    status: user.status,
    updated_at: iso(atMs),
    traits: {
      ...(Object.keys(user.limits).length > 0 && { limits: user.limits }),
      ...(user.feesWaivedUntilMs && { fees_waived_until: iso(user.feesWaivedUntilMs) }),
    },
  },
})

/** A user who is new. */
export function newUserFact(user: AppUser, atMs: number): Told {
  const told = userFact(user, atMs)
  return { ...told, row: { ...told.row, created_at: iso(atMs) } }
}

/** A trial: a subscription that nobody pays for yet. */
export const trialFact = (user: AppUser, atMs: number, endsMs: number): Told => ({
  kind: 'subscriptions',
  atMs,
  row: {
    id: `sub_trial_${user.id}`,
    user_id: user.id,
    tenant_id: user.tenantId || undefined,
    plan: user.plan,
    status: 'trialing',
    interval: 'month',
    amount: 0,
    currency: 'USD',
    started_at: iso(atMs),
    trial_ends_at: iso(endsMs),
    updated_at: iso(atMs),
  },
})

const WAITS_MS = 2_000
const RUNS_MS = 20_000

/** A job from the queue to its end. */
export function jobFacts(build: Build, atMs: number): Told[] {
  const steps = [
    { status: 'queued', atMs },
    { status: 'running', atMs: atMs + WAITS_MS },
    { status: 'succeeded', atMs: atMs + WAITS_MS + RUNS_MS },
  ]
  return steps.map((step) => ({
    kind: 'jobs',
    atMs: step.atMs,
    row: {
      id: build.id,
      kind: build.kind,
      queue: `${build.kind}s`,
      status: step.status,
      user_id: build.userId,
      tenant_id: build.tenantId || undefined,
      object_id: build.objectId,
      attempt: build.attempt,
      enqueued_at: iso(atMs),
      started_at: step.status === 'queued' ? undefined : iso(atMs + WAITS_MS),
      finished_at: step.status === 'succeeded' ? iso(step.atMs) : undefined,
      updated_at: iso(step.atMs),
    },
  }))
}
