import type { Sql } from '../db/connect.ts'
import type { FactKind } from '../facts/types.ts'
import { checkFields, checkRows, refusedCheck, shapeOf } from './check-rows.ts'
import { type CheckFinding, type CheckResult, type PullContext, PullError } from './pull.ts'
import type { SqlFile } from './sql-file.ts'
import { type Column, openQuery, type SourceRow, type SqlQuery } from './sql-query.ts'
import { readSource } from './sql-source.ts'

const CHECKED_ROWS = 200
const SLOW_MS = 3000

/** Compiles a file's SELECT on the source, compares its columns with the kind's fields, and tries the first rows. */
export async function checkSql(context: PullContext, file: SqlFile): Promise<CheckResult> {
  try {
    const source = context.source()
    const query = await readSource(source, (tx) => openQuery(tx, file))
    if (query.missing.length > 0) return off(query.missing)
    const startedMs = performance.now()
    const rows = await readSource(source, (tx) => query.read(tx, undefined, CHECKED_ROWS))
    const slow = slowness(performance.now() - startedMs)
    return conclude(context, query, rows, [...slow, ...(await unwatched(source, query))])
  } catch (error) {
    return refusedCheck(error)
  }
}

const off = (missing: string[]): CheckResult => ({
  state: 'off',
  findings: [{ level: 'warning', reason: `there is no table ${missing.join(', ')}` }],
  rows: [],
})

function conclude(context: PullContext, query: SqlQuery, rows: SourceRow[], found: CheckFinding[]): CheckResult {
  const { kind } = query.file
  const sent = query.columns.filter(({ name }) => !name.startsWith('_'))
  const checked = checkRows(context.deps, kind, rows)
  const names = sent.map(({ name }) => name)
  const findings = [...checkFields(kind, names), ...checkTypes(kind, sent), ...checked.findings, ...found]
  const state = findings.some(({ level }) => level === 'error') ? 'error' : 'ok'
  return { state, findings, rows: checked.rows }
}

/** Values as the driver reads them; of some types more than one, since a field may have bounds. */
const SAMPLES: Record<number, unknown[]> = {
  16: [true],
  20: [0, 1, 100, 200],
  21: [0, 1, 100, 200],
  23: [0, 1, 100, 200],
  700: [0, 1, 100],
  701: [0, 1, 100],
  1700: [0, 1, 100],
  1082: ['2026-01-31'],
  1114: ['2026-01-31T12:00:00'],
  1184: ['2026-01-31T12:00:00Z'],
  2950: ['00000000-0000-4000-8000-000000000000'],
}

/** Columns whose type no value of could be the field: found in an empty table as well. */
function checkTypes(kind: FactKind, columns: Column[]): CheckFinding[] {
  const shape = shapeOf(kind)
  return columns.flatMap(({ name, type }): CheckFinding[] => {
    const [field, samples] = [shape[name], SAMPLES[type]]
    if (!field || !samples) return []
    const results = samples.map((sample) => field.safeParse(sample))
    if (results.some(({ success }) => success)) return []
    return [{ level: 'error', column: name, reason: results[0]!.error!.issues[0]!.message }]
  })
}

const slowness = (tookMs: number): CheckFinding[] =>
  tookMs < SLOW_MS
    ? []
    : [{ level: 'warning', reason: `took ${(tookMs / 1000).toFixed(1)} s: an index on the watermark helps` }]

/** In a large table without an index this may take too long, and is left out then. */
async function unwatched(source: Sql, query: SqlQuery): Promise<CheckFinding[]> {
  const key = await readSource(source, (tx) => query.firstWithoutWatermark(tx)).catch((error) => {
    if (error instanceof PullError) return undefined
    throw error
  })
  if (key === undefined) return []
  const reason = `is null in some rows (${key}): they are never read`
  return [{ level: 'warning', column: query.file.watermark, reason }]
}
