import type { Sql, TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { NotFound } from '../lib/errors.ts'
import type { Segment } from './types.ts'

type Db = Pick<Deps, 'db'>

/** Segments with whose they are; those in use, if nothing else is said. */
export const segmentRows = (sql: Sql | TransactionSql, where = sql`true`, kept = sql`s.deleted_at is null`) => sql<
  Segment[]
>`
    select s.id::float8 as id, s.slug, s.name, s.rule, s.shared, s.owner, s.tenants, s.updated_at as "updatedAt",
      coalesce(a.name, a.email, k.name, 'somebody who left') as by
    from segments s
      left join admins a on s.owner = 'admin:' || a.id
      left join api_keys k on s.owner = 'key:' || k.id
    where ${kept} and ${where}
    order by lower(s.name), s.id`

/** The segment of a slug or id, whoever asks. @throws NotFound where there is none, or none any more */
export async function findSegment({ db: { sql } }: Db, ref: string): Promise<Segment> {
  const [found] = await segmentRows(sql, isReference(ref) ? referenceIs(sql, ref) : sql`false`)
  if (!found) throw new NotFound(`There is no segment “${ref.slice(0, 80)}”.`)
  return found
}

/** What can be a slug or an id. */
export const isReference = (text: string): boolean => /^[a-z0-9-]{1,80}$/.test(text)

/** An id is only digits, which no slug is. */
export const referenceIs = (sql: Sql | TransactionSql, ref: string) =>
  /^\d{1,15}$/.test(ref) ? sql`s.id = ${ref}` : sql`s.slug = ${ref}`
