import postgres from 'postgres'
import { z } from 'zod'
import { audit } from '../audit/audit.ts'
import { CARD_RANGES } from '../boards/kinds/define.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { COMPARES, type Compare } from '../lib/filters.ts'

/** How a question is drawn on a board. */
export const CHARTS = ['tile', 'line', 'area', 'bar', 'donut', 'table'] as const
export type Chart = (typeof CHARTS)[number]

/** A question about metrics, kept by name: "AI cost by model, stacked, 90 days". */
export interface SavedQuery {
  id: number
  name: string
  metrics: string[]
  by: string | null
  chart: Chart
  /** null = that of the page on which it is shown. */
  range: (typeof CARD_RANGES)[number] | null
  compare: Compare | null
}

export const MAX_QUERIES = 100
export const MAX_QUERY_NAME = 60

const line = z
  .string({ error: 'Give it a name.' })
  .transform((text) => text.replace(/\s+/g, ' ').trim())
  .refine((text) => text !== '', 'Give it a name.')
  .refine((text) => text.length <= MAX_QUERY_NAME, `A name has at most ${MAX_QUERY_NAME} characters.`)
  .refine((text) => !/\p{Cc}/u.test(text), 'A name is text that can be read.')

/** What is kept, as a form or a card says it. */
export const queryInput = z.strictObject({
  name: line,
  metrics: z.array(z.string().min(1).max(120)).min(1, 'Name a metric.').max(6, 'At most 6 metrics.'),
  by: z.string().max(120).nullable(),
  chart: z.enum(CHARTS, { error: `One of ${CHARTS.join(', ')}.` }),
  range: z.enum(CARD_RANGES).nullable(),
  compare: z.enum(COMPARES).nullable(),
})
export type QueryInput = z.output<typeof queryInput>

/** One's own queries, by name. */
export function listQueries({ db: { sql } }: Pick<Deps, 'db'>, admin: AdminWho): Promise<SavedQuery[]> {
  return sql<SavedQuery[]>`
    select id::float8 as id, name, metrics, dimension as by, chart, range, compare from saved_queries
    where admin_id = ${admin.id}
    order by lower(name), id`
}

/** @throws NotFound */
export async function findQuery({ db: { sql } }: Pick<Deps, 'db'>, admin: AdminWho, id: string): Promise<SavedQuery> {
  const [found] = /^\d{1,15}$/.test(id)
    ? await sql<SavedQuery[]>`
        select id::float8 as id, name, metrics, dimension as by, chart, range, compare from saved_queries
        where id = ${id} and admin_id = ${admin.id}`
    : []
  if (!found) throw new NotFound('There is no saved query of this id.')
  return found
}

/** @throws Problem 409 where the name is taken, 422 where there are too many */
export async function saveQuery(
  { db: { sql } }: Pick<Deps, 'db'>,
  admin: AdminWho,
  query: QueryInput,
): Promise<number> {
  const { name, metrics, by, chart, range, compare } = query
  try {
    return (await sql.begin(async (tx) => {
      // Of two at once, the second counts the first.
      await tx`select from admins where id = ${admin.id} for update`
      const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
        select count(*)::float8 as n from saved_queries where admin_id = ${admin.id}`
      if (n >= MAX_QUERIES)
        throw new Problem(422, 'Too many queries', `You have ${MAX_QUERIES} saved queries: delete one first.`)
      const [row] = await tx<{ id: number }[]>`
        insert into saved_queries (admin_id, name, metrics, dimension, chart, range, compare)
        values (${admin.id}, ${name}, ${metrics}, ${by}, ${chart}, ${range}, ${compare})
        returning id::float8 as id`
      await audit(tx, {
        actor: `admin:${admin.id}`,
        action: 'query.create',
        target: `query:${row!.id}`,
        detail: { name },
      })
      return row!.id
    })) as number
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === '23505')
      throw new Problem(409, 'The name is taken', 'You have a saved query of this name already: choose another one.')
    throw error
  }
}

/** @throws NotFound */
export async function deleteQuery({ db: { sql } }: Pick<Deps, 'db'>, admin: AdminWho, id: string): Promise<void> {
  await sql.begin(async (tx) => {
    const gone = /^\d{1,15}$/.test(id)
      ? await tx`delete from saved_queries where id = ${id} and admin_id = ${admin.id} returning name`
      : []
    if (gone.length === 0) throw new NotFound('There is no saved query of this id.')
    const detail = { name: gone[0]?.name as string }
    await audit(tx, { actor: `admin:${admin.id}`, action: 'query.delete', target: `query:${id}`, detail })
  })
}
