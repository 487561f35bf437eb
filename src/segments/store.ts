import postgres, { type TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf, isAllowed } from '../auth/guards.ts'
import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
import { freeName, wordSlug } from '../lib/slug.ts'
import { type Condition, kindOf } from './conditions.ts'
import { findSegment, isReference, referenceIs, segmentRows } from './find.ts'
import { conditionsOf, type Rule } from './rule.ts'
import type { Segment } from './types.ts'
import { noteChange } from './version.ts'

export const MAX_NAME = 60
/** A menu is not a search. */
export const MAX_SEGMENTS = 200

export interface SegmentFields {
  name: string
  rule: Rule
  shared: boolean
}

/** One's own segments and the shared ones, by name. */
export async function listSegments(deps: Deps, who: Who): Promise<Segment[]> {
  const { sql } = deps.db
  const rows = await segmentRows(sql, sql`(s.shared or s.owner = ${actorOf(who)})`)
  return rows.filter((one) => mayUse(deps, who, one))
}

/** A segment that somebody may use, by its slug or id. @throws NotFound */
export async function usableSegment(deps: Deps, who: Who, ref: string): Promise<Segment> {
  const found = await findSegment(deps, ref)
  if (mayUse(deps, who, found)) return found
  throw new NotFound(`There is no segment “${ref.slice(0, 80)}”.`)
}

/** Why a segment cannot be found: it was deleted, or is not there; of what somebody could not use, not even the name is told. */
export async function goneSegment(deps: Deps, who: Who, ref: string): Promise<string> {
  const { sql } = deps.db
  const [was] = isReference(ref) ? await segmentRows(sql, referenceIs(sql, ref), sql`s.deleted_at is not null`) : []
  const told = was && mayUse(deps, who, was)
  return told ? `The segment “${was.name}” was deleted` : `There is no segment “${ref.slice(0, 80)}”`
}

/**
 * Whether a segment may be used: one's own and what is shared. Who is bound to tenants uses what was made for theirs, or
 * names no other. In privacy mode strict none may be used that would tell what is not told.
 */
export function mayUse(
  { config }: Pick<Deps, 'config'>,
  who: Who,
  { tenants, rule, shared, owner }: Omit<Segment, 'by'>,
): boolean {
  if (!shared && owner !== actorOf(who)) return false
  if (config.privacy === 'strict' && conditionsOf(rule).some(({ kind }) => kindOf(kind).personal)) return false
  if (who.tenants === null) return true
  const named = [...(tenants ?? []), ...tenantsIn(rule)]
  return named.every((id) => mayTenant(who, id))
}

const tenantsIn = (rule: Rule): string[] =>
  conditionsOf(rule).flatMap(({ kind, values }) => (kind === 'tenant' ? (values ?? []) : []))

/**
 * Whether somebody may change a segment: their own, and owners and programs what others share; who is bound to tenants only
 * what was made for those, since others see the rest.
 */
export function mayChange({ config }: Pick<Deps, 'config'>, who: Who, segment: Segment): boolean {
  if (config.readOnly || !isAllowed({ role: 'operator', scope: 'act' }, who)) return false
  if (segment.owner === actorOf(who)) return true
  // Keys that have no role were made by an owner.
  return segment.shared && (who.role ?? 'owner') === 'owner' && isWithin(who, segment)
}

const isWithin = (who: Who, { tenants }: Segment): boolean =>
  who.tenants === null || (tenants?.every((id) => mayTenant(who, id)) ?? false)

/** @throws Problem 409 where the name is taken, 422, Forbidden */
export async function createSegment(deps: Deps, who: Who, fields: SegmentFields): Promise<Segment> {
  const checked = checkFields(deps, who, fields)
  return changing(deps, async (tx) => {
    const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
      select count(*)::float8 as n from segments where deleted_at is null`
    if (n >= MAX_SEGMENTS)
      throw new Problem(
        422,
        'Too many segments',
        `There are ${MAX_SEGMENTS} segments, which is the most: delete one first.`,
      )
    const slug = await freeSlug(tx, checked.name)
    await tx`
      insert into segments (slug, name, rule, shared, owner, tenants)
      values (${slug}, ${checked.name}, ${JSON.stringify(checked.rule)}::text::jsonb, ${checked.shared}, ${actorOf(who)},
        ${who.tenants})`
    return written(tx, who, 'segment.create', slug)
  })
}

/** @throws NotFound, Forbidden, Problem 409, 422 */
export async function changeSegment(deps: Deps, who: Who, ref: string, fields: SegmentFields): Promise<Segment> {
  const checked = checkFields(deps, who, fields)
  return changing(deps, async (tx) => {
    const { slug } = await changeable(tx, deps, who, ref)
    await tx`
      update segments set name = ${checked.name}, rule = ${JSON.stringify(checked.rule)}::text::jsonb,
        shared = ${checked.shared}, updated_at = now()
      where slug = ${slug}`
    return written(tx, who, 'segment.change', slug)
  })
}

/** Views that used it say that it is gone, and show all users. @throws NotFound, Forbidden */
export async function deleteSegment(deps: Deps, who: Who, ref: string): Promise<Segment> {
  return changing(deps, async (tx) => {
    const segment = await changeable(tx, deps, who, ref)
    await tx`update segments set deleted_at = now() where id = ${segment.id}`
    await note(tx, who, 'segment.delete', segment)
    return segment
  })
}

async function changeable(tx: TransactionSql, deps: Deps, who: Who, ref: string): Promise<Segment> {
  if (isReference(ref)) await tx`select from segments s where ${referenceIs(tx, ref)} for update`
  const [segment] = isReference(ref) ? await segmentRows(tx, referenceIs(tx, ref)) : []
  if (!segment || !mayUse(deps, who, segment)) throw new NotFound(`There is no segment “${ref.slice(0, 80)}”.`)
  if (mayChange(deps, who, segment)) return segment
  const why = isWithin(who, segment)
    ? 'This segment is somebody else’s: they, or an owner if it is shared, can change it.'
    : 'This segment is of all tenants; your access is bound to some.'
  throw new Forbidden(why)
}

/** @throws Problem 422, Forbidden */
function checkFields(deps: Deps, who: Who, { name, rule, shared }: SegmentFields): SegmentFields {
  const clean = name.replace(/\s+/g, ' ').trim()
  if (clean === '') throw new Problem(422, 'A name is needed', 'Give the segment a name.')
  if (clean.length > MAX_NAME) throw new Problem(422, 'A long name', `A name has at most ${MAX_NAME} characters.`)
  if (/\p{Cc}/u.test(clean)) throw new Problem(422, 'Not a name', 'A name is text that can be read.')
  refuseHidden(deps, conditionsOf(rule))
  if (who.tenants !== null && !tenantsIn(rule).every((id) => mayTenant(who, id)))
    throw new Forbidden('The rule names a tenant that is not yours.')
  return { name: clean, rule, shared }
}

/** @throws Forbidden: whoever may ask for what is not told can find it out */
export function refuseHidden({ config }: Pick<Deps, 'config'>, conditions: readonly Condition[]): void {
  const hidden = conditions.find(({ kind }) => config.privacy === 'strict' && kindOf(kind).personal)
  if (hidden)
    throw new Forbidden(`In privacy mode strict nobody is found by ${kindOf(hidden.kind).label.toLowerCase()}.`)
}

/** "Pro, in May" → "pro-in-may"; never only digits, as ids are, and never one that was used before. */
async function freeSlug(tx: TransactionSql, name: string): Promise<string> {
  const wanted = wordSlug(name, 'segment')
  const rows = await tx<{ slug: string }[]>`
    select slug from segments where slug = ${wanted} or slug like ${`${wanted}-%`}`
  // And words of our own addresses.
  return freeName(wanted, new Set([...rows.map(({ slug }) => slug), 'new', 'form']))
}

const TAKEN = 'There is a segment of this name already: choose another one.'

async function changing<T>({ db: { sql } }: Deps, change: (tx: TransactionSql) => Promise<T>): Promise<T> {
  try {
    return (await sql.begin(change)) as T
  } catch (error) {
    const taken =
      error instanceof postgres.PostgresError &&
      error.code === '23505' &&
      error.constraint_name?.startsWith('segments_')
    throw taken ? new Problem(409, 'The name is taken', TAKEN) : error
  } finally {
    noteChange()
  }
}

async function written(tx: TransactionSql, who: Who, action: string, slug: string): Promise<Segment> {
  const [segment] = await segmentRows(tx, tx`s.slug = ${slug}`)
  if (!segment) throw new Error('the segment was not written')
  await note(tx, who, action, segment)
  return segment
}

function note(tx: TransactionSql, who: Who, action: string, { id, name, rule, shared }: Segment) {
  return audit(tx, { actor: actorOf(who), action, target: `segment:${id}`, detail: { name, rule, shared } })
}
