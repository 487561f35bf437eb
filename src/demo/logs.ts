import { appendFileSync, mkdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { makeDataDir } from '../db/postgres-home.ts'
import { HOUR_MS } from './calendar.ts'
import type { SimFact } from './emitter.ts'
import type { Timeline } from './timeline.ts'

/** Long enough for a story, and no burden for who lets the demo run for weeks. */
const MOST_BYTES = 20_000_000
const HISTORY_MS = 24 * HOUR_MS

/** The log files of Acme Studio's back end, which Quarterdeck reads like any other product's. */
export class ProductLogs {
  readonly #ai: string
  readonly #preview: string

  constructor(dataDir: string) {
    const folder = join(makeDataDir(dataDir), 'logs')
    mkdirSync(folder, { recursive: true })
    this.#ai = join(folder, 'ai-events.log')
    this.#preview = join(folder, 'preview.log')
    // There from the beginning, as those of a product that runs.
    for (const path of this.paths) appendFileSync(path, '')
  }

  get paths(): string[] {
    return [this.#ai, this.#preview]
  }

  /** Writes down what the product would have logged of these facts. */
  write(facts: SimFact[]): void {
    const ended = facts.filter(({ kind, row }) => kind === 'jobs' && row.kind === 'preview' && row.finished_at)
    append(this.#ai, facts.filter(({ kind, row }) => kind === 'api_calls' && row.ai !== false).map(aiLine))
    append(this.#preview, ended.map(previewLine))
  }

  /** What was logged in the last day before the first start. */
  writeHistory(timeline: Timeline, nowMs: number): void {
    for (const { facts } of timeline.activity({ fromMs: nowMs - HISTORY_MS, toMs: nowMs, live: false }))
      this.write(facts)
  }
}

/** What is set for the demo where the environment says nothing else. */
export function demoLogSettings(env: NodeJS.ProcessEnv, dataDir: string): Record<string, string> {
  if (env.LOG_FILES) return {}
  return { LOG_FILES: new ProductLogs(dataDir).paths.join(), LOG_FROM: 'start' }
}

function append(path: string, lines: object[]): void {
  if (lines.length === 0) return
  if (statSync(path).size > MOST_BYTES) truncateSync(path)
  appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

function aiLine({ row }: SimFact): object {
  const { ts: time, provider, model, feature, request_id, latency_ms } = row
  const about = { time, service: 'studio-ai', provider, model, feature, request_id, latency_ms }
  if (row.status !== 'error') return { level: 'info', ...about, msg: 'AI request done', status: 200 }
  const kind = String(row.error_kind)
  return {
    level: 'error',
    ...about,
    msg: 'AI request failed',
    status: row.http_status,
    error_type: kind,
    err: { message: aiError(kind, row) },
  }
}

function aiError(kind: string, { model, latency_ms, endpoint }: SimFact['row']): string {
  switch (kind) {
    case 'timeout':
      return `no answer of ${model} within ${latency_ms} ms`
    case 'rate_limit':
      return `rate limit of ${model} reached, try again in ${Math.ceil(Number(latency_ms) / 500)} s`
    case 'safety':
      return `${model} refused the request to ${endpoint}`
    case 'client':
      return `prompt for ${model} is ${Number(latency_ms) * 31} tokens too long`
    default:
      return `${model} is overloaded`
  }
}

function previewLine({ row }: SimFact): object {
  const { finished_at: time, id: job_id, object_id: project_id, queue, attempt } = row
  const about = { time, service: 'preview', job_id, project_id, queue, attempt }
  if (row.status !== 'failed') return { level: 'info', ...about, msg: 'preview ready' }
  return { level: 'error', ...about, msg: `preview of ${project_id} failed`, error: row.error }
}
