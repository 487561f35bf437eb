import type { TransactionSql } from 'postgres'
import type { Tx } from '../facts/types.ts'
import type { Fragment } from '../metrics/metric.ts'
import { TEXTS } from './held.ts'
import type { Erased } from './rename.ts'

/** Shorter ones, and mere numbers, stand in texts for much else. */
const LEAST_TELLING = 6

/** Whether an id found in a text can only be that id. */
export const isTelling = (id: string): boolean => id.length >= LEAST_TELLING && /\D/.test(id)

/** What of somebody may stand in texts, with what stands there afterwards; the longest first, as one may hold another. */
function mentions({ names, emails }: Erased): [found: string, instead: string][] {
  const ids = Object.entries(names).filter(([id]) => isTelling(id))
  const all: [string, string][] = [...emails.map((email): [string, string] => [email, '[erased]']), ...ids]
  return all.sort(([a], [b]) => b.length - a.length)
}

/** As an expression of Postgres, by itself and not as a part of a longer word. */
const patternOf = (text: string): string => `(?<![\\w@.-])${text.replace(/[^\p{L}\p{N}_ ]/gu, '\\$&')}(?![\\w@-])`

/** Takes a person out of texts of our own: notes about others, alerts, rules, views. Answers how many texts had them. */
export async function eraseMentions(tx: Tx, erased: Erased): Promise<number> {
  const found = mentions(erased)
  if (found.length === 0) return 0
  const any = found.map(([text]) => patternOf(text)).join('|')
  let changed = 0
  for (const { table, column, json } of TEXTS) {
    const text = json ? tx`${tx(column)}::text` : tx`${tx(column)}`
    const clean = found.reduce(
      (value: Fragment, [one, instead]) => tx`regexp_replace(${value}, ${patternOf(one)}, ${instead}, 'gi')`,
      text,
    )
    const rows = await tx`
      update ${tx(table)} set ${tx(column)} = ${json ? tx`(${clean})::jsonb` : clean} where ${text} ~* ${any} returning 1`
    changed += rows.length
  }
  return changed + (await eraseRaw(tx, erased, any))
}

/** What came in and was not understood, or failed: kept to be looked at, not worth mending. */
async function eraseRaw(tx: TransactionSql, { names, emails }: Erased, any: string): Promise<number> {
  const told = [...Object.keys(names).filter(isTelling), ...emails]
  const bodies = await tx`update webhook_events set body = null where body::text ~* ${any} returning 1`
  const refused = await tx`
    delete from rejected_facts
    where exists (select from unnest(${told}::text[]) v (text) where position(convert_to(v.text, 'UTF8') in raw) > 0)
    returning 1`
  const invited = await tx`update invites set invitee = null where lower(invitee) = any(${emails}::text[]) returning 1`
  const written = await tx`
    update messages set recipient = null, subject = null, text = null where lower(recipient) = any(${emails}::text[])
    returning 1`
  return bodies.length + refused.length + invited.length + written.length
}
