import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import { DEFAULT_RULES } from './defaults.ts'

const seeded = new WeakSet<Sql>()

/** Makes the rules that come with Quarterdeck, each once: one that was deleted stays deleted. */
export async function seedRules({ db: { sql } }: Pick<Deps, 'db'>): Promise<void> {
  if (seeded.has(sql)) return
  const rows = Object.entries(DEFAULT_RULES).map(([preset, { name, enabled, severity, scope, ...rule }]) => ({
    preset,
    slug: preset.replaceAll('_', '-'),
    name,
    enabled,
    severity,
    scope,
    rule,
  }))
  await sql`
    insert into alert_rules (slug, name, preset, enabled, severity, scope, rule, created_by, updated_by)
    select slug, name, preset, enabled, severity, scope, rule, 'system', 'system'
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      r(slug text, name text, preset text, enabled boolean, severity text, scope text, rule jsonb)
    on conflict do nothing`
  seeded.add(sql)
}
