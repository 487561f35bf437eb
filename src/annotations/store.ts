import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import { mayTenant, scopeOf } from '../auth/scope.ts'
import { refuseUnknownTenant } from '../auth/tenants.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
import type { AnnotationInput } from './input.ts'
import { noteChange } from './version.ts'

/** When something is: an instant, or a day with a clock time of the configured zone. */
export type When = { at: Date } | { day: string; time?: string }

/**
 * Writes an annotation down. Who is bound to tenants marks theirs only; an id that the sender used before changes
 * nothing. @throws Problem of a `field`: a tenant that is not one's own or that nobody knows, a day too far ahead
 */
export async function addAnnotation(
  deps: Deps,
  who: Who,
  { text, kind, tenant, link, id: key }: Omit<AnnotationInput, 'at' | 'day'>,
  when: When,
): Promise<{ id: number; created: boolean }> {
  refuseFarAhead(deps.now(), when)
  const scope = scopeOf(who, tenant)
  const tenantId = scope === '*' ? '' : scope
  await refuseUnknownTenant(deps, who, tenantId)
  const { timeZone } = deps.config
  const made = await deps.db.sql.begin(async (tx) => {
    const at =
      'at' in when
        ? tx`${when.at}::timestamptz`
        : when.time
          ? tx`(${when.day}::date + ${when.time}::time) at time zone ${timeZone}`
          : null
    const day = 'day' in when && !when.time ? when.day : null
    const [row] = await tx<{ id: number }[]>`
      insert into annotations (kind, at, day, tenant_id, text, link, key, created_by)
      values (${kind}, ${at}, ${day}, ${tenantId}, ${text}, ${link ?? null}, ${key ?? null}, ${actorOf(who)})
      on conflict (tenant_id, key) do nothing
      returning id::float8 as id`
    if (row) {
      const detail = { kind, text, ...(tenantId && { tenant: tenantId }) }
      await audit(tx, { actor: actorOf(who), action: 'annotation.create', target: `annotation:${row.id}`, detail })
      return { id: row.id, created: true }
    }
    const [known] = await tx<{ id: number }[]>`
      select id::float8 as id from annotations where tenant_id = ${tenantId} and key = ${key ?? null}`
    return { id: known?.id ?? 0, created: false }
  })
  noteChange()
  return made
}

/** A plan lies ahead; so does a mistyped year. */
const MAX_AHEAD_MS = 366 * 86_400_000

function refuseFarAhead(now: Date, when: When): void {
  const at = 'at' in when ? when.at.getTime() : Date.parse(when.day)
  if (at > now.getTime() + MAX_AHEAD_MS)
    throw new Problem(422, 'Too far ahead', 'It is more than a year ahead.').at('at' in when ? 'at' : 'day')
}

/** Takes an annotation away. @throws NotFound, Forbidden where it is of a tenant that is not the asker's */
export async function removeAnnotation({ db }: Deps, who: Who, id: string): Promise<void> {
  await db.sql.begin(async (tx) => {
    const [row] = /^\d{1,15}$/.test(id)
      ? await tx<{ kind: string; text: string; tenantId: string }[]>`
          delete from annotations where id = ${id} returning kind, text, tenant_id as "tenantId"`
      : []
    if (!row) throw new NotFound('There is no annotation of this id; those which the tables tell cannot be deleted.')
    // Thrown inside the transaction: the row stays.
    if (!mayTenant(who, row.tenantId))
      throw new Forbidden('This annotation is of all tenants, or of one that is not yours.')
    const { kind, text } = row
    await audit(tx, {
      actor: actorOf(who),
      action: 'annotation.delete',
      target: `annotation:${id}`,
      detail: { kind, text },
    })
  })
  noteChange()
}
