import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
import { type CustomKey, isCustomKey } from '../metrics/catalogue.ts'
import { reloadCatalogue } from './catalogue.ts'
import { BadField, checkRows, refuseWhereUsed } from './checks.ts'
import type { CustomFields } from './input.ts'
import { type CustomMetric, readCustomMetrics } from './read.ts'
import { noteChange } from './version.ts'

/** More than these nobody keeps in mind, and the whole list is read anew after each change. */
const MAX_METRICS = 300

export interface Wanted {
  key: CustomKey
  fields: CustomFields
}

export interface Change {
  key: CustomKey
  state: 'created' | 'changed' | 'unchanged'
  /** Each field as it was (null: it was not) and is. */
  changed: Record<string, [before: unknown, after: unknown]>
}

export interface SaveOptions {
  /** What is meant; default: whichever it is. */
  mode?: 'create' | 'update'
  /** Only checked, and told. */
  dry?: boolean
}

/**
 * Stores custom metrics, all of them or none.
 * @throws BadField, NotFound, Forbidden, Problem 409 where a key is taken or archived
 */
export async function saveCustomMetrics(
  deps: Deps,
  who: Who,
  wanted: readonly Wanted[],
  { mode, dry = false }: SaveOptions = {},
): Promise<Change[]> {
  refuseBound(who)
  return changing(deps, async (tx, rows) => {
    for (const { key } of wanted) checkKey(rows, key, mode)
    const changes = wanted.map((one) => changeOf(rows, one))
    const at = deps.now()
    const after = rowsAfter(rows, wanted, { at, by: actorOf(who) })
    if (after.length > MAX_METRICS) throw new Problem(409, 'Too many', `There can be ${MAX_METRICS} custom metrics.`)
    const keys = changes.flatMap(({ key, state }) => (state === 'unchanged' ? [] : [key]))
    checkRows(rows, after, keys, deps.config.currency)
    if (!dry)
      for (const key of keys)
        await write(
          tx,
          after.find((row) => row.key === key),
          changes,
        )
    return changes
  })
}

function checkKey(rows: readonly CustomMetric[], key: CustomKey, mode: SaveOptions['mode']): void {
  const known = rows.find((row) => row.key === key)
  if (!known && mode === 'update') throw unknown(key)
  if (known && mode === 'create') {
    const then = known.archivedAt ? ' It is archived; its page restores it.' : ''
    throw new BadField(key, 'key', `There is a metric ${key} already.${then}`)
  }
  if (known?.archivedAt) throw new Problem(409, 'Archived', `${key} is archived: restore it first.`)
}

function changeOf(rows: readonly CustomMetric[], { key, fields }: Wanted): Change {
  const before = rows.find((row) => row.key === key)
  const names = Object.keys(fields) as (keyof CustomFields)[]
  const changed = names.flatMap((name) =>
    before?.[name] === fields[name] ? [] : [[name, [before?.[name] ?? null, fields[name]]] as const],
  )
  const state = !before ? 'created' : changed.length > 0 ? 'changed' : 'unchanged'
  return { key, state, changed: Object.fromEntries(changed) as Change['changed'] }
}

function rowsAfter(
  rows: readonly CustomMetric[],
  wanted: readonly Wanted[],
  { at, by }: { at: Date; by: string },
): CustomMetric[] {
  const after = new Map(rows.map((row) => [row.key, row]))
  for (const { key, fields } of wanted) {
    const { createdBy, createdAt } = after.get(key) ?? { createdBy: by, createdAt: at }
    after.set(key, { key, ...fields, createdBy, createdAt, updatedBy: by, updatedAt: at, archivedAt: null })
  }
  return [...after.values()]
}

async function write(tx: TransactionSql, row: CustomMetric | undefined, changes: readonly Change[]): Promise<void> {
  if (!row) return
  const { key, label, formula, unit, good, definition, action, warn, crit, updatedBy: actor, updatedAt: at } = row
  await tx`
    insert into custom_metrics (key, label, formula, unit, good, definition, action, warn, crit,
      created_by, created_at, updated_by, updated_at)
    values (${key}, ${label}, ${formula}, ${unit}, ${good}, ${definition}, ${action}, ${warn}, ${crit},
      ${actor}, ${at}, ${actor}, ${at})
    on conflict (key) do update set label = excluded.label, formula = excluded.formula, unit = excluded.unit,
      good = excluded.good, definition = excluded.definition, action = excluded.action, warn = excluded.warn,
      crit = excluded.crit, updated_by = excluded.updated_by, updated_at = excluded.updated_at`
  const change = changes.find((one) => one.key === key)
  const verb = change?.state === 'created' ? 'create' : 'update'
  await audit(tx, {
    actor,
    action: `custom_metric.${verb}`,
    target: `metric:${key}`,
    detail: { changed: change?.changed },
  })
}

/** Takes a metric out of use; its key stays its own. @throws Problem 409 that names the metrics which need it */
export function archiveCustomMetric(deps: Deps, who: Who, key: string): Promise<void> {
  return setArchived(deps, who, key, true)
}

/** Takes it into use again. @throws BadField where it is no longer valid */
export function restoreCustomMetric(deps: Deps, who: Who, key: string): Promise<void> {
  return setArchived(deps, who, key, false)
}

async function setArchived(deps: Deps, who: Who, key: string, archive: boolean): Promise<void> {
  refuseBound(who)
  await changing(deps, async (tx, rows) => {
    const row = rows.find((one) => one.key === key)
    if (!row) throw unknown(key)
    if ((row.archivedAt !== null) === archive) return
    const [at, actor] = [deps.now(), actorOf(who)]
    if (archive) refuseWhereUsed(rows, row.key)
    else {
      const after = rows.map((one) => (one.key === key ? { ...one, archivedAt: null } : one))
      checkRows(rows, after, [row.key], deps.config.currency)
    }
    await tx`
      update custom_metrics set archived_at = ${archive ? at : null}, updated_by = ${actor}, updated_at = ${at}
      where key = ${key}`
    const action = archive ? 'custom_metric.archive' : 'custom_metric.restore'
    await audit(tx, { actor, action, target: `metric:${key}` })
  })
}

/** One change at a time: two that are each right may make a circle together. */
async function changing<T>(deps: Deps, change: (tx: TransactionSql, rows: CustomMetric[]) => Promise<T>): Promise<T> {
  const done = await deps.db.sql.begin(async (tx) => {
    await tx`lock table custom_metrics in share row exclusive mode`
    return change(tx, await readCustomMetrics(tx))
  })
  noteChange()
  await reloadCatalogue(deps)
  return done as T
}

/** Everybody sees them: who is bound to some tenants would change what others see. */
export function refuseBound(who: Who): void {
  if (who.tenants !== null) throw new Forbidden('Custom metrics are of all tenants; your access is bound to some.')
}

const unknown = (key: string) =>
  new NotFound(
    isCustomKey(key) ? `There is no custom metric ${key}.` : `“${key.slice(0, 80)}” is not the key of a custom metric.`,
  )
