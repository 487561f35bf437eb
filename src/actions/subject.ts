import { mayTenant, requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import type { Subject, SubjectKind } from './types.ts'

/** Nobody yet: the subject of an action that makes a user. */
export const newSubject: Subject = {
  kind: 'user',
  id: '',
  tenantId: '',
  email: null,
  username: null,
  plan: null,
  status: '',
}

/** The watched product as a whole. */
export const productSubject: Subject = { ...newSubject, kind: 'product' }

/** What an action is about; '' is a user who is still to be made. @throws NotFound, or Forbidden for who is bound to tenants */
export async function loadSubject(deps: Pick<Deps, 'db'>, who: Who, kind: SubjectKind, id: string): Promise<Subject> {
  if (kind === 'product') {
    requireAllTenants(who, 'Flags, limits and maintenance are')
    return productSubject
  }
  return id === '' ? newSubject : findSubject(deps, who, id)
}

/** What a line of the audit log is about; undefined = nobody who has an id yet. */
export function targetOf(kind: SubjectKind, id: string): string | undefined {
  if (kind === 'product') return kind
  return id === '' ? undefined : `user:${id}`
}

/** A user whom somebody may act on. @throws NotFound, also of a user of a tenant that is not theirs */
export async function findSubject({ db: { sql } }: Pick<Deps, 'db'>, who: Who, id: string): Promise<Subject> {
  const [row] =
    id.length > 200 || id.includes('\0')
      ? []
      : await sql<Subject[]>`
          select 'user' as kind, user_id as id, tenant_id as "tenantId", email, username, plan, status,
            updated_at as "toldAt"
          from users where user_id = ${id}`
  if (!row || !mayTenant(who, row.tenantId)) throw new NotFound(`There is no user “${id.slice(0, 80)}”.`)
  return row
}

/** Whether anything can have been done with it: a user who is still to be made has no past. */
export const isThere = ({ kind, id }: Pick<Subject, 'kind' | 'id'>): boolean => kind === 'product' || id !== ''

/** What one calls a user. */
export const nameOf = ({ email, username, id }: Pick<Subject, 'email' | 'username' | 'id'>): string =>
  email ?? username ?? id
