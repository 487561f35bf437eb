import type { Deps } from '../../src/context.ts'
import { fill } from '../../src/demo/fill.ts'
import { loadState } from '../../src/demo/state.ts'
import { Timeline } from '../../src/demo/timeline.ts'
import { openHistoryWriter } from '../../src/demo/writer.ts'
import { StateBook } from '../../src/lib/settle.ts'
import { addDays, today } from '../../src/lib/time.ts'
import { type MetricKey, metricKeys, metricOf } from '../../src/metrics/catalogue.ts'
import { sqlContext } from '../../src/metrics/context.ts'
import { Evaluation, type Range } from '../../src/metrics/evaluate.ts'
import { median, medianRatio, timed } from './measure.ts'
import type { Result } from './report.ts'
import type { Bench } from './setup.ts'

const DAYS = 90
/** 430 metrics twice are a long round already. */
const ROUNDS = 3
const SELECTS = 300
const SLOWEST = 5
/** Facts of every kind beside the events, so that no roll-up of the catalogue is empty. */
const PRODUCT = { seed: 1, users: 300, days: DAYS }
const quiet = { show: () => undefined, done: () => undefined }

type Took = { key: MetricKey; ms: number }[]

/** Each metric of the catalogue over 90 days by day, all tenants, one after the other, against SELECT 1. */
export async function benchCatalogue(bench: Bench): Promise<Result> {
  const deps = depsOf(bench)
  const closedMs = await timed(() => fillProduct(deps))
  const to = today(deps.now(), deps.config.timeZone)
  const range = { from: addDays(to, 1 - DAYS), to }
  // A server has asked for everything once before anybody measures.
  await askAll(deps, range)
  const rounds: { select: number; days: Took; totals: Took }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const select = await selectOne(bench)
    rounds.push({ select, days: await askAll(deps, range), totals: await askAll(deps, range, true) })
  }
  const p95s = (which: 'days' | 'totals') => rounds.map((round) => p95(round[which].map(({ ms }) => ms)))
  const selects = rounds.map(({ select }) => select)
  return {
    name: 'p95 of the catalogue ÷ SELECT 1',
    value: medianRatio(p95s('days'), selects),
    target: 100,
    floor: 200,
    better: 'less',
    note: [
      `${metricKeys.length} metrics, 90 days by day: p95 ${ms(median(p95s('days')))}, with the total of the range ${ms(median(p95s('totals')))}`,
      `SELECT 1 ${ms(median(selects))}`,
      `slowest ${slowest(rounds.map(({ days }) => days))}`,
      `of percentiles ${slowest(rounds.map(({ days }) => days.filter(({ key }) => metricOf(key).kind === 'percentile')))}`,
      `a simulated product written and the days closed in ${(closedMs / 1000).toFixed(0)} s`,
    ].join('; '),
  }
}

const ms = (value: number): string => `${value.toFixed(1)} ms`

/** What the code under measure takes. */
export function depsOf({ config, db, writer, foldDeps: { log } }: Bench): Deps {
  const now = () => new Date()
  return { config, log, db, writer, book: new StateBook(log, now), redis: null, now, fetch }
}

async function fillProduct(deps: Deps): Promise<void> {
  const state = await loadState(deps, PRODUCT, deps.now())
  const timeline = new Timeline(state, 'http://127.0.0.1/health')
  const { writer, close } = await openHistoryWriter(deps, timeline.world.calendar)
  try {
    await fill({ ...deps, writer }, timeline, state, quiet)
  } finally {
    await close()
  }
  await deps.db.heavy`analyze`
}

/**
 * How long each takes, as after a fold that changed something: what is kept until then is of no use. What is read of
 * Redis and the like is not read of here.
 */
async function askAll(deps: Deps, range: Range, totals = false): Promise<Took> {
  const took: Took = []
  for (const key of metricKeys) {
    await deps.db.sql`update data_version set n = n + 1`
    const q = sqlContext(deps, deps.db.sql)
    took.push({ key, ms: await timed(() => new Evaluation(deps, q, '*', [key]).load([range], undefined, totals)) })
  }
  return took
}

async function selectOne({ db }: Bench): Promise<number> {
  const took: number[] = []
  for (let n = 0; n < SELECTS; n++) took.push(await timed(() => db.sql`select 1`.then(() => undefined)))
  return median(took)
}

function p95(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN
}

/** By the median of the rounds. */
function slowest(rounds: Took[]): string {
  const keys = (rounds[0] ?? []).map(({ key }) => key)
  const medians = keys.map((key, i) => ({ key, ms: median(rounds.map((took) => took[i]?.ms ?? 0)) }))
  const first = medians.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST)
  return first.map((one) => `${one.key} ${ms(one.ms)}`).join(', ')
}
