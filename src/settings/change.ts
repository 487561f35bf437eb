import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import { type Catalogue, freshCatalogue, reloadCatalogue } from '../custom-metrics/catalogue.ts'
import { SETTINGS_LOCK } from '../db/locks.ts'
import type { Who } from '../env.ts'
import { healthProblem } from '../health/settings.ts'
import { changeCounter } from '../lib/change-counter.ts'
import { Forbidden, Problem } from '../lib/errors.ts'
import { type AnyKey, isMetricKey, metricOf } from '../metrics/catalogue.ts'
import { type Limits, limitsOf, limitsProblem, THRESHOLD } from './limits.ts'
import { isSettingName, registry, type SettingName, type SettingValues } from './registry.ts'
import { readStored, reloadSettings, type Stored, settingsOf } from './store.ts'

/** What is to be changed; what is not named stays as it is. */
export interface Changes {
  /** null = back to the default. */
  settings?: Record<string, unknown>
  /** By metric. A limit that is not named stays, null takes it away; null for the metric = back to its definition. */
  thresholds?: Record<string, Partial<Limits> | null>
}

/** What cannot be set like that; `field` is the path within the changes. */
export class BadSetting extends Problem {
  override readonly field: string
  readonly reason: string

  constructor(problems: readonly { field: string; reason: string }[]) {
    super(422, 'The settings are not valid', problems.map(({ field, reason }) => `${field}: ${reason}`).join(' '))
    this.field = problems[0]?.field ?? ''
    this.reason = problems[0]?.reason ?? ''
  }
}

/** A row of `settings` as it is to be; undefined = none. */
interface Wanted {
  key: string
  value: unknown
}

/**
 * Changes settings and thresholds, all of them or none, each with a line in the audit log. Answers how many changed.
 * @throws BadSetting that names every bad one, Forbidden for who is bound to tenants
 */
export async function changeSettings(deps: Deps, who: Who, changes: Changes): Promise<number> {
  if (who.tenants !== null)
    throw new Forbidden('Settings are of all tenants together; your access is bound to some of them.')
  if (keysOf(changes).length === 0) return 0
  const catalogue = await freshCatalogue(deps)
  const changed = await deps.db.sql.begin(async (tx) => {
    // One change after the other, also of another process: a limit that is not named stays what the last one made it.
    await tx`select pg_advisory_xact_lock(${SETTINGS_LOCK})`
    const stored = await readStored(tx, keysOf(changes))
    const problems: Problems = []
    const wanted = [
      ...Object.entries(changes.settings ?? {}).flatMap(([name, value]) => settingOf(deps, name, value, problems)),
      ...Object.entries(changes.thresholds ?? {}).flatMap(([key, limits]) =>
        thresholdOf({ catalogue, stored }, key, limits, problems),
      ),
    ]
    if (problems.length === 0) problems.push(...togetherProblems(deps, wanted))
    if (problems.length > 0) throw new BadSetting(problems)
    return store(tx, deps, { actor: actorOf(who), catalogue, stored }, wanted)
  })
  await Promise.all([reloadSettings(deps), reloadCatalogue(deps)])
  saved.noteChange()
  return changed
}

const saved = changeCounter()
/** Grows with each change that this process made: who saved sees it at once, whatever is kept of the page. */
export const settingsVersion = saved.version

const keysOf = ({ settings, thresholds }: Changes): string[] => [
  ...Object.keys(settings ?? {}),
  ...Object.keys(thresholds ?? {}).map((key) => THRESHOLD + key),
]

/** The thresholds of a metric's definition: what it has where nobody changed them. */
export function definedLimits({ custom }: Pick<Catalogue, 'custom'>, key: AnyKey): Limits {
  if (isMetricKey(key)) return limitsOf(metricOf(key))
  const own = custom.get(key)
  return { warn: own?.warn ?? null, crit: own?.crit ?? null }
}

type Problems = { field: string; reason: string }[]

/** What a change is made to. */
interface Known {
  catalogue: Catalogue
  stored: ReadonlyMap<string, Stored>
}

function settingOf({ config }: Deps, name: string, value: unknown, problems: Problems): Wanted[] {
  const field = `settings.${name}`
  const refuse = (reason: string): Wanted[] => {
    problems.push({ field, reason })
    return []
  }
  if (Object.hasOwn(ENVIRONMENT, name))
    return refuse(`This is set in the environment (${ENVIRONMENT[name as keyof typeof ENVIRONMENT]}).`)
  if (!isSettingName(name)) return refuse('There is no such setting.')
  const { fixed, schema, env } = registry[name]
  if (fixed(config) !== undefined) return refuse(`This is set in the environment (${env}), which wins.`)
  if (value === null) return [{ key: name, value: undefined }]
  const read = schema.safeParse(value)
  if (!read.success) return refuse(`It ${read.error.issues[0]?.message}.`)
  return [{ key: name, value: read.data }]
}

/** What is right by itself and does not fit the rest. */
function togetherProblems(deps: Deps, wanted: readonly Wanted[]): Problems {
  const changed = wanted.flatMap(({ key, value }) =>
    isSettingName(key) ? [[key, value ?? registry[key].default(deps.config)] as const] : [],
  )
  if (!changed.some(([name]) => registry[name].group === 'health')) return []
  const problem = healthProblem({ ...settingsOf(deps), ...(Object.fromEntries(changed) as Partial<SettingValues>) })
  return problem ? [{ field: `settings.${problem.name}`, reason: problem.text }] : []
}

/** What the config API tells beside, and where it is set. */
export const ENVIRONMENT = {
  time_zone: 'TIME_ZONE',
  currency: 'CURRENCY',
  active_definition: 'ACTIVE_DEFINITION',
  passive_events: 'PASSIVE_EVENTS',
  login_events: 'LOGIN_EVENTS',
  target_p95_ms: 'TARGET_P95_MS',
  retention_days: 'RETENTION_DAYS',
  privacy: 'PRIVACY',
} as const

function thresholdOf(
  { catalogue, stored }: Known,
  key: string,
  asked: Partial<Limits> | null,
  problems: Problems,
): Wanted[] {
  if (!catalogue.has(key)) {
    const [similar] = catalogue.similar(key, 1)
    const hint = similar ? ` Did you mean ${similar}?` : ''
    problems.push({ field: `thresholds.${key.slice(0, 80)}`, reason: `There is no such metric.${hint}` })
    return []
  }
  const metric = catalogue.of(key)
  const defined = definedLimits(catalogue, key)
  const now = stored.get(THRESHOLD + key)?.value as Limits | undefined
  const limits = asked === null ? defined : { ...(now ?? defined), ...asked }
  const wrong = limitsProblem(metric, limits)
  if (wrong) {
    problems.push({ field: `thresholds.${key}.${wrong.field}`, reason: wrong.text })
    return []
  }
  // What is the same as the definition is not kept: it goes on with it.
  return [{ key: THRESHOLD + key, value: same(limits, defined) ? undefined : limits }]
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

async function store(
  tx: TransactionSql,
  deps: Deps,
  { actor, catalogue, stored }: Known & { actor: string },
  wanted: readonly Wanted[],
): Promise<number> {
  let changed = 0
  for (const { key, value } of wanted) {
    const old = stored.get(key)?.value
    if (same(sorted(old), sorted(value))) continue
    changed++
    if (value === undefined) await tx`delete from settings where key = ${key}`
    else
      await tx`
        insert into settings (key, value, updated_at, updated_by)
        values (${key}, ${JSON.stringify(value)}::text::jsonb, ${deps.now()}, ${actor})
        on conflict (key) do update
        set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`
    const fallback = defaultOf(deps, catalogue, key)
    const detail = { before: old ?? fallback, after: value ?? fallback, ...(value === undefined && { default: true }) }
    await audit(tx, { actor, action: 'settings.change', target: key, detail })
  }
  return changed
}

/** jsonb does not keep the order of its keys. */
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).sort() : (value ?? null)

function defaultOf({ config }: Deps, catalogue: Catalogue, key: string): unknown {
  if (key.startsWith(THRESHOLD)) return definedLimits(catalogue, key.slice(THRESHOLD.length) as AnyKey)
  return registry[key as SettingName].default(config)
}
