import type { Context } from 'hono'
import { whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Catalogue } from '../custom-metrics/catalogue.ts'
import type { Env, Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import { addDays, type Day, daysBetween, today } from '../lib/time.ts'
import type { AnyKey, CustomKey, MetricKey } from '../metrics/catalogue.ts'
import type { AskedPeople } from '../metrics/people.ts'
import { knownPlans } from '../segments/plans.ts'
import { goneSegment, usableSegment } from '../segments/store.ts'
import { BadParameter } from './query.ts'

/** Ten years: more is a mistyped date. */
const MAX_DAYS = 3_660
const DEFAULT_DAYS = 30

/** What a query of days asks for. */
export interface Span {
  from: Day
  to: Day
  /** '*' or a tenant, as the asker may see. */
  scope: string
}

export interface AskedSpan {
  from?: Day
  to?: Day
  tenant?: string
}

/** The days asked for, by default the last 30, and the scope; `names` are those of the parameters, for problems. */
export function spanOf(
  c: Context<Env>,
  { config, now }: Pick<Deps, 'config' | 'now'>,
  asked: AskedSpan,
  names = { from: 'from', to: 'to' },
): Span {
  const to = asked.to ?? today(now(), config.timeZone)
  const from = asked.from ?? addDays(to, 1 - DEFAULT_DAYS)
  checkDays(from, to, names)
  return { from, to, scope: scopeOf(whoOf(c), asked.tenant) }
}

/** The people asked for, which there must be. @throws BadParameter */
export async function peopleOf(c: Context<Env>, deps: Deps, { plan, segment }: AskedPeople): Promise<AskedPeople> {
  const who = whoOf(c)
  if (plan !== undefined) {
    const plans = await knownPlans(deps, who)
    const hint = plans.length > 0 ? ` There are ${plans.join(', ')}.` : ''
    if (!plans.includes(plan))
      throw new BadParameter('plan', `Nobody was ever on a plan “${plan.slice(0, 80)}”.${hint}`)
  }
  const found =
    segment === undefined ? undefined : await usableSegment(deps, who, segment).catch(gone(deps, who, segment))
  return { ...(plan !== undefined && { plan }), ...(found && { segment: found.slug }) }
}

const gone = (deps: Deps, who: Who, ref: string) => async (error: unknown) => {
  if (!(error instanceof NotFound)) throw error
  throw new BadParameter('segment', `${await goneSegment(deps, who, ref)}; /api/segments lists those there are.`)
}

/** @throws BadParameter where the days do not make a period */
export function checkDays(from: Day, to: Day, names = { from: 'from', to: 'to' }): void {
  if (from > to) throw new BadParameter(names.from, `${from} is after ${names.to}, ${to}.`)
  if (daysBetween(from, to) >= MAX_DAYS) throw new BadParameter(names.from, `At most ${MAX_DAYS} days at a time.`)
}

/** The metrics named, which must exist; `all` is every one. */
export function metricsOf(
  catalogue: Catalogue,
  given: readonly string[] | undefined,
  fallback?: readonly MetricKey[],
): AnyKey[] {
  if (!given && fallback) return [...fallback]
  if (given?.length === 1 && given[0] === 'all') return [...catalogue.keys]
  if (!given) throw new BadParameter('metrics', 'Name at least one metric; /api/metrics lists them.')
  return given.map((text) => {
    if (catalogue.has(text)) return text
    const gone = goneText(catalogue, text)
    if (gone) throw new BadParameter('metrics', gone)
    const similar = catalogue.similar(text)
    const hint = similar.length ? ` Did you mean ${similar.join(' or ')}?` : ' /api/metrics lists all there are.'
    throw new BadParameter('metrics', `There is no metric “${text.slice(0, 80)}”.${hint}`)
  })
}

/** Why a custom metric that was once there cannot be asked for. */
function goneText({ custom }: Catalogue, text: string): string | undefined {
  const entry = custom.get(text as CustomKey)
  if (!entry) return undefined
  return entry.archivedAt ? `${text} is archived.` : `${text} is broken: ${entry.broken}`
}

/** A dimension which all of the metrics have. */
export function dimensionOf(catalogue: Catalogue, by: string | undefined, keys: readonly AnyKey[]): string | undefined {
  if (!by) return undefined
  for (const key of keys) {
    const known = catalogue.of(key).by
    if (known.includes(by)) continue
    const hint = known.length ? `it can be broken down by ${known.join(', ')}` : 'it has no dimensions'
    throw new BadParameter('by', `${key} has no dimension “${by.slice(0, 80)}”; ${hint}.`)
  }
  return by
}
