import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { groupBy } from '../lib/group-by.ts'
import { dayOf, daysBefore } from '../lib/time.ts'
import { type AnyKey, type MetricKey, metricOf } from '../metrics/catalogue.ts'
import { sqlContext } from '../metrics/context.ts'
import { Evaluation, type Range } from '../metrics/evaluate.ts'
import type { RollupMetric, SqlContext } from '../metrics/metric.ts'
import { firstDays, type RollupName, rollups } from '../metrics/rollups.ts'
import { joinOf } from '../metrics/statement.ts'
import { emptyParts, isWhole, metricValue } from '../metrics/total.ts'
import { type Scopes, SLIDING } from './rows.ts'
import { type Span, Spans } from './spans.ts'
import { watched } from './subjects.ts'
import { isSliding, rangeOf, WINDOWS, type WindowName } from './windows.ts'

/** A metric over a window that ends at a moment, and over the same window some minutes before. */
export interface Request {
  key: AnyKey
  scope: string
  window: WindowName
  /** Minutes back, each of them; 0 is the window itself and not among them. */
  earlier: readonly number[]
  /** They are whole days by the local clock. */
  byClock?: boolean
  /** A dimension, or 'tenant'. */
  by?: string
  /** Values of it that are read whatever there is of them: they have an alert. */
  always?: readonly string[]
  /** How bad a window is: of too many values the worst are read. */
  worst?: (held: Held) => number
}

/** What a window holds. */
export interface Held {
  value: number | null
  /** Of a share: of how many. */
  of: number | null
}

/** By the value of the dimension ('' = the whole), the window and its earlier ones in their order. */
export interface Answer extends Map<string, Held[]> {
  /** How many values there are, where some are too many to be watched. */
  found?: number
  /** Those that were asked for in any case, and of which there are no rows. */
  absent?: ReadonlySet<string>
}

const NOTHING: Held = { value: null, of: null }
const HOUR_MS = 3_600_000

/** What was read; and of a request that could not be, why. */
export interface Answers {
  answers: Map<Request, Answer>
  failed: Map<Request, unknown>
}

/** Reads many requests in few statements: those of one roll-up together, and of days those over the same ones. */
export async function readWindows(deps: Deps, requests: readonly Request[], at: Date): Promise<Answers> {
  const q: SqlContext = { ...sqlContext(deps, deps.db.sql), now: at, today: dayOf(at, deps.config.timeZone) }
  const { of: look } = catalogueOf(deps)
  const sliding = new Set<RollupName>()
  const groups = groupBy(requests, ({ key, window, scope, by = '', earlier }) => {
    const metric = look(key)
    if (!isSliding(window) || metric.kind === 'live' || metric.kind === 'derived')
      return ['days', window, by, earlier.join(), scope].join('|')
    sliding.add(metric.from)
    // What its hours do not add up to is not asked over windows that only others want.
    return ['sliding', metric.from, by, isWhole(metric) ? key : ''].join('|')
  })
  const firsts = firstDays(q, sliding)
  firsts.catch(() => undefined)
  const answers = new Map<Request, Answer>()
  const failed = new Map<Request, unknown>()
  await Promise.all(
    [...groups].map(async ([name, group]) => {
      try {
        const read = name.startsWith('sliding') ? readSliding(q, group, at, firsts) : readDays(deps, q, group, at)
        for (const [request, answer] of await read) answers.set(request, answer)
      } catch (error) {
        // A number that cannot be read leaves its own rules unchecked, and the others as they are.
        deps.log.warn({ err: error }, 'numbers of alert rules could not be read')
        for (const request of group) failed.set(request, error)
      }
    }),
  )
  return { answers, failed }
}

/** Days, and readings of now: as the pages have them. */
async function readDays(deps: Deps, q: SqlContext, group: readonly Request[], at: Date): Promise<Map<Request, Answer>> {
  const first = group[0] as Request
  const keys = [...new Set(group.map(({ key }) => key))]
  const ranges = [0, ...first.earlier].map((back) => rangeOf(first.window, back, dayOf(at, deps.config.timeZone)))
  const evaluation = await new Evaluation(deps, q, first.scope, keys).load(ranges, first.by)
  return new Map(
    group.map((request) => {
      const { key, by } = request
      const held = (dim?: string) => ranges.map((range) => ({ value: evaluation.get(key, range, dim).total, of: null }))
      if (by === undefined) return [request, new Map([['', held()]])]
      const groups = evaluation.groups(key, ranges[0] as Range)
      const values = groups.map(({ key: dim }) => [dim, held(dim)] as const)
      return [request, watched(values, request, held)]
    }),
  )
}

type Firsts = ReturnType<typeof firstDays>

function readSliding(
  q: SqlContext,
  group: readonly Request[],
  at: Date,
  firsts: Firsts,
): Promise<Map<Request, Answer>> {
  const asked = group.map((request): Spanned => {
    const { minutes } = WINDOWS[request.window]
    const spans = [0, ...request.earlier].map((back) => {
      const high = request.byClock ? daysBefore(at, back / 1_440, q.zone).getTime() : at.getTime() - back * 60_000
      return { low: new Date(high - minutes * 60_000), high: new Date(high) }
    })
    return { request, spans }
  })
  return readSpans(q, asked, at, firsts)
}

type Row = { i: number; scope: string; dim: string } & Record<`v${number}`, number | null>

/** A request, and the spans of time that it wants to know. */
interface Spanned {
  request: Request
  spans: readonly Span[]
}

/** Some metrics of one roll-up over some spans of time, by a dimension or as a whole; a span that two ask for is read once. */
export async function readSpans(
  q: SqlContext,
  asked: readonly Spanned[],
  at: Date,
  firstsOf?: Firsts,
): Promise<Map<Request, Answer>> {
  const group = asked.map(({ request }) => request)
  const { by } = group[0] as Request
  const metrics = [...new Set(group.map(({ key }) => key))].map((key) => ({ key, metric: rollupOf(key) }))
  const from = (metrics[0] as { metric: RollupMetric }).metric.from
  const source = SLIDING[from]
  if (!source) throw new Error(`${from} is not kept by the minute`)
  const scopes: Scopes = by === 'tenant' ? 'tenants' : [...new Set(group.map(({ scope }) => scope))]
  const oldest = at.getTime() - source.keptHours * HOUR_MS
  const spans = new Spans()
  const places = asked.map((one) => one.spans.map((span) => spans.place(span)))
  const isOld = ({ low }: Span) => low.getTime() < oldest
  const [minutes, hours, firsts] = await Promise.all([
    statement(
      q,
      metrics,
      from,
      source.minutes,
      scopes,
      spans.filter((one) => !isOld(one)),
      by,
    ),
    statement(q, metrics, from, source.hours, scopes, spans.filter(isOld), by),
    firstsOf ?? firstDays(q, [from]),
  ])
  const first = firsts.get(from) ?? null
  const known = spans.all.map(({ high }) => source.always === true || (first !== null && dayOf(high, q.zone) >= first))
  const byPlace = new Map(
    [...groupBy([...minutes, ...hours], ({ scope, dim }) => `${scope}\0${dim}`)].map(
      ([place, rows]) => [place, new Map(rows.map((row) => [row.i, row]))] as const,
    ),
  )
  const whole = source.always ? metrics.map((one) => ({ ...one, metric: { ...one.metric, zero: true } })) : metrics
  return new Map(
    asked.map(({ request }, n) => [request, answerOf(request, whole, byPlace, places[n] as number[], known)]),
  )
}

type Asked = { key: AnyKey; metric: RollupMetric }

function answerOf(
  request: Request,
  metrics: readonly Asked[],
  byPlace: ReadonlyMap<string, ReadonlyMap<number, Row>>,
  places: readonly number[],
  known: readonly boolean[],
): Answer {
  const place = metrics.findIndex(({ key }) => key === request.key)
  const { metric } = metrics[place] as Asked
  const column = metrics.slice(0, place).reduce((n, one) => n + one.metric.parts.length, 0)
  const held = (rows?: ReadonlyMap<number, Row>): Held[] =>
    places.map((i) => {
      if (!known[i]) return NOTHING
      const row = rows?.get(i)
      const parts = row ? metric.parts.map((_, k) => row[`v${column + k}`] ?? null) : emptyParts(metric)
      return { value: metricValue(metric, parts), of: parts[1] ?? null }
    })
  if (request.by === undefined) return new Map([['', held(byPlace.get(`${request.scope}\0`))]])
  const mine = [...byPlace].flatMap(([key, rows]) => {
    const [scope = '', dim = ''] = key.split('\0')
    return request.by === 'tenant' || scope === request.scope ? [[dim, held(rows)] as const] : []
  })
  return watched(mine, request, () => held())
}

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
