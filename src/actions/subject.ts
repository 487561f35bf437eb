import { mayTenant } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import type { Subject } from './types.ts'

/** Nobody yet: the subject of an action that makes a user. */
export const newSubject: Subject = { id: '', tenantId: '', email: null, username: null, plan: null, status: '' }

/** A user whom somebody may act on. @throws NotFound, also of a user of a tenant that is not theirs */
export async function findSubject({ db: { sql } }: Pick<Deps, 'db'>, who: Who, id: string): Promise<Subject> {
  const [row] =
    id.length > 200 || id.includes('\0')
      ? []
      : await sql<Subject[]>`
          select user_id as id, tenant_id as "tenantId", email, username, plan, status from users where user_id = ${id}`
  if (!row || !mayTenant(who, row.tenantId)) throw new NotFound(`There is no user “${id.slice(0, 80)}”.`)
  return row
}

/** What one calls a user. */
export const nameOf = ({ email, username, id }: Pick<Subject, 'email' | 'username' | 'id'>): string =>
  email ?? username ?? id
