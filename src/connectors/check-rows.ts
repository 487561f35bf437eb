import type { z } from 'zod'
import { factKinds } from '../facts/index.ts'
import { type PrepareContext, prepare } from '../facts/prepare.ts'
import type { FactKind } from '../facts/types.ts'
import {
  type CheckedRow,
  type CheckFinding,
  type CheckResult,
  type PullDeps,
  PullError,
  type PulledRow,
} from './pull.ts'

const TOLD_ROWS = 10

/** Sends rows through a kind's schema as the writer would, and stores nothing. */
export function checkRows(
  deps: PullDeps,
  kind: FactKind,
  rows: Pick<PulledRow, 'key' | 'fields'>[],
): { findings: CheckFinding[]; rows: CheckedRow[] } {
  const checked = rows.map(({ key, fields }): CheckedRow => {
    const result = prepare({ kind, row: fields, index: 0 }, contextOf(deps))
    return typeof result === 'string' ? { key, fields, refused: result } : { key, fields }
  })
  return { findings: refusals(checked), rows: checked.slice(0, TOLD_ROWS) }
}

/** What a check comes to that ends with an error of the file; any other error goes on. */
export function refusedCheck(error: unknown): CheckResult {
  if (!(error instanceof PullError)) throw error
  const { column } = error.where
  const finding: CheckFinding = { level: 'error', ...(column && { column }), reason: error.message }
  return { state: 'error', findings: [finding], rows: [] }
}

/** Some bad rows are kept apart and told; if all of them are bad, it is the mapping. */
function refusals(rows: CheckedRow[]): CheckFinding[] {
  const refused = rows.filter((row) => row.refused !== undefined)
  const first = refused[0]
  if (!first) return []
  const level = refused.length === rows.length ? 'error' : 'warning'
  return [
    { level, reason: `${refused.length} of ${rows.length} rows would be refused: ${first.refused} (${first.key})` },
  ]
}

/** What output columns come to as fields of a kind, as far as names tell. */
export function checkFields(kind: FactKind, columns: string[]): CheckFinding[] {
  const { path } = factKinds[kind]
  const shape = shapeOf(kind)
  const place = ['properties', 'traits'].find((name) => name in shape)
  const missing = requiredFields(kind).filter((name) => !columns.includes(name))
  const unknown = columns.filter((name) => !(name in shape))
  return [
    ...missing.map((column) => ({ level: 'error' as const, column, reason: `is required of ${path}` })),
    ...unknown.map((column) => ({
      level: 'warning' as const,
      column,
      reason: `is no field of ${path}: it goes to ${place ?? 'nothing'}`,
    })),
  ]
}

/** A kind's fields by name. */
export function shapeOf(kind: FactKind): Record<string, z.ZodType> {
  return (factKinds[kind].schema as unknown as { shape: Record<string, z.ZodType> }).shape
}

/** What is missing in a fact of nothing. */
function requiredFields(kind: FactKind): string[] {
  const { error } = factKinds[kind].schema.safeParse({})
  return error?.issues.map(({ path }) => String(path[0])) ?? []
}

/** Neither place nor price decides whether a fact is stored. */
function contextOf({ config, now }: PullDeps): PrepareContext {
  const at = now()
  return {
    currency: config.currency,
    retentionDays: config.retentionDays,
    enrich: () => ({ country: null, city: null, browser: null, os: null, device: null, bot: false }),
    price: () => undefined,
    meta: { source: 'check', receivedAt: at, exemptRetention: true },
    ts: at,
    now: at,
  }
}
