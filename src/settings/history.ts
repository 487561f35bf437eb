import type { Deps } from '../context.ts'
import { type Catalogue, catalogueOf } from '../custom-metrics/catalogue.ts'
import { quantityText } from '../metrics/quantity.ts'
import { badSide, type Limits, THRESHOLD } from './limits.ts'
import { isSettingName, registry } from './registry.ts'

/** One change of a setting or of thresholds, out of the audit log. */
export interface SettingChange {
  at: Date
  /** The admin's address, the key's name, or the actor as the log has it. */
  by: string
  /** "Product name", "Thresholds of MRR" */
  what: string
  /** The metric, where it is one's thresholds. */
  metric?: string
  before: string
  after: string
}

interface Row {
  at: Date
  by: string
  target: string
  before: unknown
  after: unknown
}

const MOST = 20

/** The last changes of settings, newest first. */
export async function settingChanges(deps: Deps): Promise<SettingChange[]> {
  const rows = await deps.db.sql<Row[]>`
    select l.at, coalesce(a.email, k.name, l.actor) as by, l.target,
      l.detail -> 'before' as before, l.detail -> 'after' as after
    from audit_log l
    left join admins a on l.actor = 'admin:' || a.id
    left join api_keys k on l.actor = 'key:' || k.id
    where l.action = 'settings.change'
    order by l.id desc
    limit ${MOST}`
  return rows.map((row) => changeOf(deps, row))
}

/** Who set what is stored, by key, with the address of the admin. */
export async function settingAuthors({
  db: { sql },
}: Pick<Deps, 'db'>): Promise<Map<string, { at: Date; by: string }>> {
  const rows = await sql<{ key: string; at: Date; by: string | null }[]>`
    select s.key, s.updated_at as at, coalesce(a.email, k.name, s.updated_by) as by
    from settings s
    left join admins a on s.updated_by = 'admin:' || a.id
    left join api_keys k on s.updated_by = 'key:' || k.id`
  return new Map(rows.map(({ key, at, by }) => [key, { at, by: by ?? 'unknown' }]))
}

function changeOf(deps: Deps, { at, by, target, before, after }: Row): SettingChange {
  const key = target.startsWith(THRESHOLD) ? target.slice(THRESHOLD.length) : undefined
  if (key === undefined) {
    const what = isSettingName(target) ? registry[target].label : target
    return { at, by, what, before: plainText(before), after: plainText(after) }
  }
  const catalogue = catalogueOf(deps)
  // A custom metric may be gone for good.
  const label = catalogue.has(key) ? catalogue.of(key).label : key
  const text = (limits: unknown) => limitsOfLog(deps, catalogue, key, limits)
  return { at, by, what: `Thresholds of ${label}`, metric: key, before: text(before), after: text(after) }
}

const plainText = (value: unknown): string => (value === null || value === '' ? 'empty' : String(value))

/** "yellow under 20%, red under 10%" */
function limitsOfLog({ config }: Deps, catalogue: Catalogue, key: string, limits: unknown): string {
  const { warn, crit } = (limits ?? {}) as Partial<Limits>
  const metric = catalogue.has(key) ? catalogue.of(key) : undefined
  const text = (value: number) => (metric ? quantityText(value, metric.unit, config.currency) : String(value))
  const side = metric ? ` ${badSide(metric.good)}` : ''
  const parts = [
    ...(typeof warn === 'number' ? [`yellow${side} ${text(warn)}`] : []),
    ...(typeof crit === 'number' ? [`red${side} ${text(crit)}`] : []),
  ]
  return parts.join(', ') || 'none'
}
