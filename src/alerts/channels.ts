import type { TransactionSql } from 'postgres'
import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import type { Rule } from './rule.ts'

/** A channel that is not there would be told nothing. @throws Problem 422 that names each of them */
export async function refuseUnknownChannels({ db: { sql } }: Pick<Deps, 'db'>, { channels }: Rule): Promise<void> {
  if (channels === 'all' || channels.length === 0) return
  const rows = await sql<{ id: string }[]>`
    select id from channels where deleted_at is null and id = any(${channels}::text[])`
  const known = new Set(rows.map(({ id }) => id))
  const unknown = channels.filter((id) => !known.has(id)).map((id) => `“${id}”`)
  if (unknown.length === 0) return
  const named = `There is no channel ${unknown.join(' and no channel ')}: nobody would be told by it.`
  throw new Problem(422, 'The rule is not valid', named).at('channels')
}

const MOST_NAMED = 5

/** Rules that have no other channel would tell nobody without it. @throws Problem 409 that names them */
export async function refuseOnlyChannel(tx: TransactionSql, id: string): Promise<void> {
  const rules = await tx<{ name: string }[]>`
    select r.name from alert_rules r
    where r.deleted_at is null and r.rule -> 'channels' @> ${JSON.stringify([id])}::text::jsonb and not exists (
      select from channels c
      where c.deleted_at is null and c.id <> ${id} and r.rule -> 'channels' @> to_jsonb(array[c.id])
    )
    order by lower(r.name)`
  if (rules.length === 0) return
  const names = rules.slice(0, MOST_NAMED).map(({ name }) => `“${name}”`)
  const more = rules.length > MOST_NAMED ? ` and ${rules.length - MOST_NAMED} more` : ''
  const text = `It is the only channel that these alert rules tell: ${names.join(', ')}${more}. Choose another one for them first, or nobody.`
  throw new Problem(409, 'Rules tell only this channel', text)
}
