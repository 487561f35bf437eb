import { DEFAULT_RULES } from '../../src/alerts/defaults.ts'
import { evaluateAlerts } from '../../src/alerts/evaluate.ts'
import type { Rule } from '../../src/alerts/rule.ts'
import type { Deps } from '../../src/context.ts'
import { depsOf } from './catalogue.ts'
import { median, timed } from './measure.ts'
import type { Result } from './report.ts'
import type { Bench } from './setup.ts'

const RULES = 200
const ROUNDS = 7
/** Of so many rules, one has a limit that every known value breaks. */
const FIRES = 4

/** One check of 200 rules of every kind and window, as each minute makes it. */
export async function benchAlerts(bench: Bench): Promise<Result> {
  const deps = depsOf(bench)
  await makeRules(deps)
  // The first check opens what is bad already; a minute has hardly anything new.
  await evaluateAlerts(deps, deps.now())
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await timed(() => evaluateAlerts(deps, deps.now())))
  const [row] = await deps.db.sql<{ open: number }[]>`
    select count(*)::float8 as open from alerts where state in ('pending', 'firing')`
  return {
    name: `A check of ${RULES} alert rules, ms`,
    value: median(rounds),
    target: 500,
    floor: 1_000,
    better: 'less',
    note: `slowest of ${ROUNDS} ${Math.max(...rounds).toFixed(0)} ms; ${row?.open ?? 0} alerts open`,
  }
}

/** The same condition with a limit that nothing keeps; of a condition without a limit, itself. */
function alwaysBroken(when: Rule['when']): Rule['when'] {
  if (when.kind !== 'threshold') return when
  return { ...when, limit: when.op === 'above' ? -1 : 1e15, end: undefined }
}

/** The rules that come with Quarterdeck, again and again, with other limits, windows and dimensions. */
async function makeRules({ db: { sql } }: Deps): Promise<void> {
  const kinds = Object.values(DEFAULT_RULES) as Rule[]
  const rows = Array.from({ length: RULES }, (_, i) => {
    const { name, enabled, severity, scope, ...rule } = kinds[i % kinds.length] as Rule
    const round = Math.floor(i / kinds.length)
    const window = rule.window === '60m' ? (['60m', '30m', '3h'] as const)[round % 3] : rule.window
    const compared = rule.when.kind === 'change' || rule.when.kind === 'anomaly'
    const by = rule.metric === 'api.error_rate' && round % 2 === 1 ? { by: 'service' } : {}
    const when = round % FIRES === FIRES - 1 ? alwaysBroken(rule.when) : rule.when
    return {
      slug: `bench-${i}`,
      name: `${name} ${i}`,
      enabled,
      severity,
      scope,
      rule: { ...rule, ...by, when, for: 0, window: compared ? rule.window : window },
    }
  })
  await sql`
    insert into alert_rules (slug, name, enabled, severity, scope, rule, created_by, updated_by)
    select slug, name, enabled, severity, scope, rule, 'bench', 'bench'
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      r(slug text, name text, enabled boolean, severity text, scope text, rule jsonb)
    on conflict do nothing`
}
