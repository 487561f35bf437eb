import type { Deps } from '../context.ts'
import { NotFound } from '../lib/errors.ts'
import { heldUser } from './find.ts'

/** A user who was erased, or is being; nothing in it says who. */
export interface ErasureLine {
  id: string
  by: string
  reason: string
  rows: number
  requestedAt: Date
  finishedAt: Date | null
}
const SHOWN = 100

/** The newest erasures. */
export async function readErasures({ db: { sql } }: Pick<Deps, 'db'>): Promise<ErasureLine[]> {
  return await sql<ErasureLine[]>`
    select e.id::text, coalesce(a.name, a.email, k.name, 'somebody who left') as by, e.reason, e.rows::float8 as rows,
      e.requested_at as "requestedAt", e.finished_at as "finishedAt"
    from erasures e left join admins a on e.requested_by = 'admin:' || a.id
      left join api_keys k on e.requested_by = 'key:' || k.id
    order by e.requested_at desc, e.id limit ${SHOWN}`
}

/** The id under which something is held of whom is asked for; undefined = nothing is. */
export async function idHeld(deps: Pick<Deps, 'db'>, ref: string): Promise<string | undefined> {
  try {
    return (await heldUser(deps, ref)).id
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}
