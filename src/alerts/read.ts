import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { groupBy } from '../lib/group-by.ts'
import { addDays, type Day, dayOf } from '../lib/time.ts'
import { type AnyKey, type MetricKey, metricOf } from '../metrics/catalogue.ts'
import { sqlContext } from '../metrics/context.ts'
import { Evaluation, type Range } from '../metrics/evaluate.ts'
import type { RollupMetric, SqlContext } from '../metrics/metric.ts'
import { firstDays, type RollupName, rollups } from '../metrics/rollups.ts'
import { joinOf } from '../metrics/statement.ts'
import { emptyParts, isWhole, metricValue } from '../metrics/total.ts'
import { type Scopes, SLIDING } from './rows.ts'
import { isSliding, WINDOWS, type WindowName } from './windows.ts'

/** A metric over a window that ends at a moment, and over the same window some minutes before. */
export interface Request {
  key: AnyKey
  scope: string
  window: WindowName
  /** Minutes back, each of them; 0 is the window itself and not among them. */
  earlier: readonly number[]
  /** A dimension, or 'tenant'. */
  by?: string
}

/** What a window holds. */
export interface Held {
  value: number | null
  /** Of a share: of how many. */
  of: number | null
}

/** By the value of the dimension ('' = the whole), the window and its earlier ones in their order. */
export type Answer = Map<string, Held[]>

const NOTHING: Held = { value: null, of: null }
/** So many values of a dimension have an alert of their own. */
export const MAX_SUBJECTS = 50
const HOUR_MS = 3_600_000

/** Reads many requests in few statements: those over the same windows of a roll-up together. */
export async function readWindows(deps: Deps, requests: readonly Request[], at: Date): Promise<Map<Request, Answer>> {
  const q: SqlContext = { ...sqlContext(deps, deps.db.sql), now: at, today: dayOf(at, deps.config.timeZone) }
  const { of: look } = catalogueOf(deps)
  const groups = groupBy(requests, (one) => {
    const metric = look(one.key)
    const source = isSliding(one.window) && metric.kind !== 'live' && metric.kind !== 'derived' ? metric.from : ''
    const whole = source !== '' && isWhole(metric as RollupMetric)
    return [source, whole, one.window, one.by ?? '', one.earlier.join(), source === '' ? one.scope : ''].join('|')
  })
  const answers = new Map<Request, Answer>()
  const read = await Promise.allSettled(
    [...groups.values()].map(async (group) => {
      const first = group[0] as Request
      const readGroup = isSliding(first.window) ? readSliding : readDays
      for (const [request, answer] of await readGroup(deps, q, group, at)) answers.set(request, answer)
    }),
  )
  // A number that cannot be read leaves its own rules unchecked this time; where none can the database is away.
  const failed = read.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
  if (failed.length > 0 && failed.length === read.length) throw failed[0]
  for (const error of failed) deps.log.warn({ err: error }, 'alert rules could not be checked')
  return answers
}

type Group = (deps: Deps, q: SqlContext, group: readonly Request[], at: Date) => Promise<Map<Request, Answer>>

/** Days, and readings of now: as the pages have them. */
const readDays: Group = async (deps, q, group, at) => {
  const first = group[0] as Request
  const keys = [...new Set(group.map(({ key }) => key))]
  const ranges = [0, ...first.earlier].map((back) => rangeOf(first.window, back, dayOf(at, deps.config.timeZone)))
  const evaluation = await new Evaluation(deps, q, first.scope, keys).load(ranges, first.by)
  return new Map(
    group.map((request) => {
      const { key, by } = request
      const held = (dim?: string) => ranges.map((range) => ({ value: evaluation.get(key, range, dim).total, of: null }))
      if (by === undefined) return [request, new Map([['', held()]])]
      const groups = evaluation.groups(key, ranges[0] as Range).slice(0, MAX_SUBJECTS)
      return [request, new Map(groups.map(({ key: dim }) => [dim, held(dim)]))]
    }),
  )
}

/** The days of a window, so many minutes back. */
export function rangeOf(window: WindowName, backMinutes: number, today: Day): Range {
  const { of, minutes } = WINDOWS[window]
  const back = Math.round(backMinutes / 1_440)
  if (of !== 'closed') return { from: addDays(today, -back), to: addDays(today, -back) }
  const to = addDays(today, -1 - back)
  return { from: addDays(to, 1 - Math.round(minutes / 1_440)), to }
}

export interface Span {
  low: Date
  high: Date
}

const readSliding: Group = async (_, q, group, at) => {
  const first = group[0] as Request
  const { minutes } = WINDOWS[first.window]
  const spans = [0, ...first.earlier].map((back) => {
    const high = at.getTime() - back * 60_000
    return { low: new Date(high - minutes * 60_000), high: new Date(high) }
  })
  return readSpans(q, group, spans, at)
}

type Row = { i: number; scope: string; dim: string } & Record<`v${number}`, number | null>

/** Some metrics of one roll-up over some spans of time, by a dimension or as a whole. */
export async function readSpans(
  q: SqlContext,
  group: readonly Request[],
  spans: readonly Span[],
  at: Date,
): Promise<Map<Request, Answer>> {
  const { by } = group[0] as Request
  const metrics = [...new Set(group.map(({ key }) => key))].map((key) => ({ key, metric: rollupOf(key) }))
  const from = (metrics[0] as { metric: RollupMetric }).metric.from
  const source = SLIDING[from]
  if (!source) throw new Error(`${from} is not kept by the minute`)
  const scopes: Scopes = by === 'tenant' ? 'tenants' : [...new Set(group.map(({ scope }) => scope))]
  const oldest = at.getTime() - source.keptHours * HOUR_MS
  const indexed = spans.map((span, i) => ({ ...span, i }))
  const [rows, firsts] = await Promise.all([
    Promise.all([
      statement(
        q,
        metrics,
        from,
        source.minutes,
        scopes,
        indexed.filter(({ low }) => low.getTime() >= oldest),
        by,
      ),
      statement(
        q,
        metrics,
        from,
        source.hours,
        scopes,
        indexed.filter(({ low }) => low.getTime() < oldest),
        by,
      ),
    ]).then((both) => both.flat()),
    firstDays(q, [from]),
  ])
  const first = firsts.get(from) ?? null
  const known = spans.map(({ high }) => source.always === true || (first !== null && dayOf(high, q.zone) >= first))
  const byPlace = groupBy(rows, ({ scope, dim }) => `${scope}\0${dim}`)
  const whole = source.always ? metrics.map((one) => ({ ...one, metric: { ...one.metric, zero: true } })) : metrics
  return new Map(group.map((request) => [request, answerOf(request, whole, byPlace, known)]))
}

type Asked = { key: AnyKey; metric: RollupMetric }

function answerOf(request: Request, metrics: readonly Asked[], byPlace: Map<string, Row[]>, known: boolean[]): Answer {
  const place = metrics.findIndex(({ key }) => key === request.key)
  const { metric } = metrics[place] as Asked
  const column = metrics.slice(0, place).reduce((n, one) => n + one.metric.parts.length, 0)
  const held = (rows: readonly Row[]): Held[] => {
    const parts = known.map((isKnown) => (isKnown ? emptyParts(metric) : null))
    for (const row of rows) if (parts[row.i]) parts[row.i] = metric.parts.map((_, k) => row[`v${column + k}`] ?? null)
    return parts.map((one) => (one ? { value: metricValue(metric, one), of: one[1] ?? null } : NOTHING))
  }
  if (request.by === undefined) return new Map([['', held(byPlace.get(`${request.scope}\0`) ?? [])]])
  const mine = [...byPlace].flatMap(([key, rows]) => {
    const [scope = '', dim = ''] = key.split('\0')
    return request.by === 'tenant' || scope === request.scope ? [[dim, held(rows)] as const] : []
  })
  return new Map(mine.sort(([, a], [, b]) => weight(b) - weight(a)).slice(0, MAX_SUBJECTS))
}

const weight = (held: readonly Held[]): number => Math.abs(held[0]?.of ?? held[0]?.value ?? 0)

async function statement(
  q: SqlContext,
  metrics: readonly Asked[],
  from: RollupName,
  rowsOf: (q: SqlContext, scopes: Scopes) => ReturnType<typeof joinOf>,
  scopes: Scopes,
  spans: readonly (Span & { i: number })[],
  by: string | undefined,
): Promise<Row[]> {
  if (spans.length === 0) return []
  const { sql } = q
  const { dims } = rollups[from]
  const own =
    by !== undefined && Object.hasOwn(dims, by) ? (dims as Record<string, (q: SqlContext) => unknown>)[by] : undefined
  const dim =
    by === undefined ? sql`''::text` : by === 'tenant' ? sql`r.scope` : (own?.(q) as ReturnType<typeof joinOf>)
  const columns = metrics.flatMap(({ metric }) => metric.parts.map((part) => part.total ?? part.day))
  const rows = await sql`
    select w.i, r.scope, (${dim})::text as dim${columns.map(
      (column, i) => sql`,
      (${column(q)})::float8 as ${sql(`v${i}`)}`,
    )}
    from unnest(${spans.map(({ i }) => i)}::int[], ${spans.map(({ low }) => low.toISOString())}::timestamptz[],
        ${spans.map(({ high }) => high.toISOString())}::timestamptz[]) w (i, low, high)
      cross join lateral (${rowsOf(q, scopes)}) r ${joinOf(q, rollups[from], by === 'tenant' ? undefined : by)}
    group by 1, 2, 3`
  return rows as unknown as Row[]
}

/** A metric that is kept by rows: the others, and those of formulas, have no sliding windows. */
export function rollupOf(key: AnyKey): RollupMetric {
  const metric = metricOf(key as MetricKey)
  if (metric.kind === 'live' || metric.kind === 'derived') throw new Error(`${key} has no rows`)
  return metric
}
