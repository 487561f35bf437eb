import postgres, { type TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf, isAllowed } from '../auth/guards.ts'
import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
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

/** A segment that somebody may use: whoever has its address, if nothing in it is beyond what they may see. @throws NotFound */
export async function usableSegment(deps: Deps, who: Who, ref: string): Promise<Segment> {
  const found = await findSegment(deps, ref)
  if (mayUse(deps, who, found)) return found
  throw new NotFound(`There is no segment “${ref.slice(0, 80)}”.`)
}

/**
 * Whether a segment may be used: who is bound to tenants uses what was made for theirs, or names no other. In privacy mode
 * strict none may be used that would tell what is not told.
 */
export function mayUse({ config }: Pick<Deps, 'config'>, who: Who, { tenants, rule }: Segment): boolean {
  if (config.privacy === 'strict' && conditionsOf(rule).some(({ kind }) => kindOf(kind).personal)) return false
  if (who.tenants === null) return true
  const named = [...(tenants ?? []), ...tenantsIn(rule)]
  return named.every((id) => mayTenant(who, id))
}

const tenantsIn = (rule: Rule): string[] =>
  conditionsOf(rule).flatMap(({ kind, values }) => (kind === 'tenant' ? (values ?? []) : []))

/** Whether somebody may change a segment: their own, and owners what others share. */
export function mayChange({ config }: Pick<Deps, 'config'>, who: Who, { owner, shared }: Segment): boolean {
  if (config.readOnly) return false
  if (who.kind === 'key') return who.scopes.includes('act') && (shared || owner === actorOf(who))
  return isAllowed({ role: 'operator' }, who) && (owner === actorOf(who) || (shared && who.role === 'owner'))
}

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
  const [segment] = isReference(ref) ? await segmentRows(tx, referenceIs(tx, ref)) : []
  if (!segment || !mayUse(deps, who, segment)) throw new NotFound(`There is no segment “${ref.slice(0, 80)}”.`)
  await tx`select from segments where id = ${segment.id} for update`
  if (!mayChange(deps, who, segment))
    throw new Forbidden('This segment is somebody else’s: they, or an owner if it is shared, can change it.')
  return segment
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
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  const base = plain === '' || /^\d+$/.test(plain) ? `segment${plain && `-${plain}`}` : plain
  const taken = await tx<{ slug: string }[]>`select slug from segments where slug = ${base} or slug like ${`${base}-%`}`
  const slugs = new Set(taken.map(({ slug }) => slug))
  for (let n = 1; ; n++) {
    const slug = n === 1 ? base : `${base}-${n}`
    // Words of our own addresses.
    if (!slugs.has(slug) && slug !== 'new' && slug !== 'form') return slug
  }
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
