import type { FactKind } from '../facts/types.ts'
import { iso } from './calendar.ts'

/** A fact of the simulation, due at `atMs`; `row` is what a client would send. */
export interface SimFact {
  kind: FactKind
  atMs: number
  id?: string
  row: Record<string, unknown>
  /** Through the typed door, whatever its kind. */
  typed?: true
}

export interface Window {
  fromMs: number
  toMs: number
  /**
   * Live: every step of a job is told as it happens, and what Quarterdeck samples and probes itself is left to it.
   * Else only how each job stood at the end, with the samples and probes that would have been taken.
   */
  live: boolean
}

export interface JobStory {
  id: string
  kind: string
  queue: string
  userId: string
  tenantId: string
  objectId: string
  enqueuedMs: number
  startedMs: number
  finishedMs: number
  error: string | undefined
  attempt: number
}

export interface CallMade {
  atMs: number
  ai: boolean
  failed: boolean
  retry: boolean
}

/** Collects what happens within a window. The simulation always draws whole days; here they are cut. */
export class Emitter {
  /** All jobs of the simulated day, cut or not: the samples count them. */
  readonly jobs: JobStory[] = []
  /** Likewise all calls, as far as samples look at them. */
  readonly calls: CallMade[] = []
  private facts: SimFact[] = []

  constructor(readonly window: Window) {}

  emit(kind: FactKind, atMs: number, row: Record<string, unknown>, id?: string): void {
    if (atMs >= this.window.fromMs && atMs < this.window.toMs) this.facts.push({ kind, atMs, row, id })
  }

  /** A job's states; of the past only the last one that the window saw. */
  job(job: JobStory): void {
    this.jobs.push(job)
    const steps = [
      { atMs: job.enqueuedMs, status: 'queued' },
      { atMs: job.startedMs, status: 'running' },
      { atMs: job.finishedMs, status: job.error ? 'failed' : 'succeeded' },
    ].filter((step) => step.atMs < this.window.toMs)
    for (const step of this.window.live ? steps : steps.slice(-1))
      this.emit('jobs', step.atMs, jobRow(job, step.status, step.atMs))
  }

  /** Hands over what was collected and starts anew. */
  take(): SimFact[] {
    const facts = this.facts
    this.facts = []
    return facts
  }
}

function jobRow(job: JobStory, status: string, atMs: number): Record<string, unknown> {
  const finished = status === 'succeeded' || status === 'failed'
  return {
    id: job.id,
    kind: job.kind,
    queue: job.queue,
    status,
    user_id: job.userId || undefined,
    tenant_id: job.tenantId || undefined,
    object_id: job.objectId,
    attempt: job.attempt,
    enqueued_at: iso(job.enqueuedMs),
    started_at: status === 'queued' ? undefined : iso(job.startedMs),
    finished_at: finished ? iso(job.finishedMs) : undefined,
    error: finished ? job.error : undefined,
    updated_at: iso(atMs),
  }
}
