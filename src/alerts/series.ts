import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { addDays, dayOf, daysBetween, startOfDay } from '../lib/time.ts'
import type { AnyKey } from '../metrics/catalogue.ts'
import { sqlContext } from '../metrics/context.ts'
import type { LiveMetric, Metric, RollupMetric } from '../metrics/metric.ts'
import { series } from '../metrics/query.ts'
import { type Answer, type Held, type Request, readSpans } from './read.ts'
import { SLIDING } from './rows.ts'
import type { Span } from './spans.ts'
import { watched } from './subjects.ts'
import { isSliding, WINDOWS } from './windows.ts'

/** What a window held at each step of the past, the oldest first; steps before `shown` are only compared with. */
export interface PastSeries {
  /** Minutes from step to step. */
  grain: number
  /** When each reading was to be had. */
  at: Date[]
  shown: number
  /** By the value of the dimension; '' = the whole. */
  values: Map<string, Held[]>
  /** Why it does not go further back. */
  note: string
  /** How many values there are, where some are too many to be watched. */
  found?: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const SHOWN_DAYS = 30
const SHOWN_DAYS_BY_DAY = 90
/** Back to what a condition compares with: 28 days of the same hour. */
const COMPARED_HOURS = 29 * 24
/** Facts that are read as they are, by the minute. */
const RAW_MINUTES_HOURS = 7 * 24
/** Percentiles do not add up: each window is asked by itself. */
const PERCENTILE_STEP = 5

/** The past of a request, as fine as it is kept. */
export async function pastOf(deps: Deps, request: Request, at: Date): Promise<PastSeries> {
  const metric = catalogueOf(deps).of(request.key)
  if (metric.kind === 'live') return samplesOf(deps, request, metric, at)
  return isSliding(request.window)
    ? slidingOf(deps, request, metric as RollupMetric, at)
    : daysOf(deps, request, metric, at)
}

/** The samples that were taken each minute; of one tenant none are. */
async function samplesOf(deps: Deps, request: Request, metric: LiveMetric, at: Date): Promise<PastSeries> {
  const end = Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS
  const start = end - SHOWN_DAYS * 24 * HOUR_MS
  const grid = Array.from({ length: (end - start) / MINUTE_MS + 1 }, (_, i) => new Date(start + i * MINUTE_MS))
  const values = grid.map((): Held => ({ value: null, of: null }))
  const past = { grain: 1, at: grid, shown: 0, values: new Map([['', values]]) }
  if (request.scope !== '*') return { ...past, note: 'Of one tenant no samples are kept.' }
  if (metric.history.kind === 'derived') return daysOf(deps, request, metric, at)
  const rows = await deps.db.heavy<{ i: number; value: number }[]>`
    select floor(extract(epoch from ts - ${new Date(start)}) / 60)::int as i, (array_agg(value order by ts desc))[1] as value
    from gauges where name = ${metric.history.label} and tenant_id = '' and ts >= ${new Date(start)} and ts <= ${at}
    group by 1`
  for (const { i, value } of rows) if (values[i]) values[i] = { value, of: null }
  return { ...past, note: 'From the samples of each minute.' }
}

async function slidingOf(deps: Deps, request: Request, metric: RollupMetric, at: Date): Promise<PastSeries> {
  const { minutes } = WINDOWS[request.window]
  const byHour = minutes >= 60
  const kept = SLIDING[metric.from]?.keptHours ?? 0
  const isPercentile = metric.kind === 'percentile'
  const grain = byHour ? 60 : isPercentile ? PERCENTILE_STEP : 1
  const hours = byHour ? SHOWN_DAYS * 24 : Math.min(kept, RAW_MINUTES_HOURS)
  const compared = byHour && request.earlier.length > 0 ? COMPARED_HOURS : 0
  const stepMs = grain * MINUTE_MS
  const end = Math.floor(at.getTime() / stepMs) * stepMs
  const steps = Math.floor(((hours + compared) * HOUR_MS) / stepMs)
  const ends = Array.from({ length: steps }, (_, i) => end - (steps - 1 - i) * stepMs)
  // What begins at an instant belongs to the span that begins there.
  const spans = ends.map(
    (high): Span => ({
      low: new Date(high - (isPercentile ? minutes : grain) * MINUTE_MS - 1),
      high: new Date(high - 1),
    }),
  )
  const q = { ...sqlContext(deps, deps.db.heavy), now: at }
  const answers = await readSpans(q, [{ request, spans }], at)
  const found: Answer = [...answers.values()][0] ?? new Map()
  const wide = isPercentile ? 1 : minutes / grain
  const values = new Map([...found].map(([subject, held]) => [subject, slide(metric, held, wide)]))
  return {
    grain,
    at: ends.map((ms) => new Date(ms)),
    shown: Math.floor((compared * HOUR_MS) / stepMs),
    values,
    ...(found.found !== undefined && { found: found.found }),
    note: byHour
      ? 'By the hour, as hours are kept.'
      : `By ${grain === 1 ? 'the minute' : `${grain} minutes`}: shorter windows are tried over the ${hours} hours that are kept so finely.`,
  }
}

/** Windows out of their steps: amounts add up, shares are weighed by what they are of. */
export function slide(metric: Pick<RollupMetric, 'kind'>, steps: readonly Held[], wide: number): Held[] {
  if (wide === 1) return [...steps]
  const isShare = metric.kind === 'ratio'
  let [sum, of, known] = [0, 0, 0]
  const add = ({ value, of: n }: Held, sign: 1 | -1) => {
    if (isShare && n) of += sign * n
    if (value === null) return
    known += sign
    sum += sign * (isShare ? value * (n ?? 0) : value)
  }
  return steps.map((step, i) => {
    add(step, 1)
    const gone = steps[i - wide]
    if (gone) add(gone, -1)
    if (known === 0 || i < wide - 1) return { value: null, of: null }
    return isShare ? { value: of > 0 ? tidy(sum / of) : null, of } : { value: tidy(sum), of: null }
  })
}

/** Adding and taking away leaves hairs behind. */
const tidy = (value: number): number => (Math.abs(value) < 1e-9 ? 0 : Number(value.toPrecision(12)))

async function daysOf(deps: Deps, request: Request, metric: Metric, at: Date): Promise<PastSeries> {
  const { timeZone } = deps.config
  const today = dayOf(at, timeZone)
  const { of, minutes } = WINDOWS[request.window]
  const to = of === 'closed' ? addDays(today, -1) : today
  const compared = Math.max(0, ...request.earlier) / 1_440
  const from = addDays(to, 1 - SHOWN_DAYS_BY_DAY - compared - minutes / 1_440)
  const { key, scope, by } = request
  const found = await series(deps, key as AnyKey, { scope, from, to, totals: false, ...(by !== undefined && { by }) })
  const wide = of === 'closed' ? minutes / 1_440 : 1
  const held = (points: readonly { value: number | null }[]) =>
    slide(
      metric.kind === 'sum' ? metric : { kind: 'last' },
      points.map(({ value }) => ({ value, of: null })),
      wide,
    )
  const values: Answer =
    by === undefined
      ? new Map([['', held(found.points)]])
      : watched(
          (found.groups ?? []).map((group) => [group.key, held(group.points)] as const),
          request,
        )
  const days = found.points.map(({ day }) => day)
  return {
    grain: 1_440,
    at: days.map((day) => startOfDay(of === 'closed' ? addDays(day, 1) : day, timeZone)),
    shown: Math.max(0, daysBetween(from, to) + 1 - SHOWN_DAYS_BY_DAY),
    values,
    ...(values.found !== undefined && { found: values.found }),
    note: of === 'closed' ? 'By the day.' : 'By the day, with the value that each day ended with.',
  }
}
