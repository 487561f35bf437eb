import { z } from 'zod'
import { audit } from '../audit/audit.ts'
import { actorOf, READ_ONLY, whyNotRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
import type { FoundUser } from './find.ts'

export const MAX_NOTE = 2_000
export const MAX_TAG = 40
export const MAX_TAGS = 20

export interface UserNote {
  id: number
  text: string
  by: string
  at: Date
}
export interface Remarks {
  notes: UserNote[]
  /** Whether there are more than are shown. */
  more: boolean
  tags: string[]
}
const NOTES_SHOWN = 20

/** What admins have written down about a user, newest first. */
export async function remarksOf({ db: { sql } }: Pick<Deps, 'db'>, { id }: Pick<FoundUser, 'id'>): Promise<Remarks> {
  const [notes, tags] = await Promise.all([
    sql<UserNote[]>`
      select n.id::float8 as id, n.text, n.created_at as at, coalesce(a.name, a.email, k.name, 'somebody who left') as by
      from user_notes n left join admins a on n.created_by = 'admin:' || a.id left join api_keys k on n.created_by = 'key:' || k.id
      where n.user_id = ${id} order by n.id desc limit ${NOTES_SHOWN + 1}`,
    sql<{ tag: string }[]>`select tag from user_tags where user_id = ${id} order by tag`,
  ])
  return { notes: notes.slice(0, NOTES_SHOWN), more: notes.length > NOTES_SHOWN, tags: tags.map(({ tag }) => tag) }
}

/** Why nothing that was written about users is told; undefined = it is. */
export const whyNoTags = ({ config }: Pick<Deps, 'config'>): string | undefined =>
  config.privacy === 'strict' ? 'In privacy mode strict nothing is written down about users.' : undefined

/** Why somebody may not write about users; undefined = they may. */
export function whyNoRemarks({ config }: Pick<Deps, 'config'>, who: Who): string | undefined {
  if (config.readOnly) return READ_ONLY
  const hidden = whyNoTags({ config })
  if (hidden) return hidden
  return whyNotRole(who, 'operator')
}

const noteText = z
  .string()
  .transform((text) => text.replaceAll('\r\n', '\n').trim())
  .pipe(z.string().min(1, 'A few words are needed.').max(MAX_NOTE, `At most ${MAX_NOTE} characters.`))
  .refine((text) => !/[^\P{Cc}\n\t]/u.test(text), 'Only text that can be read.')
const tagText = z
  .string()
  .transform((text) => text.replace(/\s+/g, ' ').trim().toLowerCase())
  .pipe(z.string().min(1, 'A word is needed.').max(MAX_TAG, `At most ${MAX_TAG} characters.`))
  .refine((text) => !/[\p{Cc},]/u.test(text), 'One tag at a time, without commas.')

/** @throws Problem 422 of the field, Forbidden */
export async function writeNote(deps: Deps, who: Who, { id }: FoundUser, given: string): Promise<void> {
  refuse(deps, who)
  const text = checked(noteText, given, 'note')
  await deps.db.sql.begin(async (tx) => {
    const [row] = await tx<{ id: number }[]>`
      insert into user_notes (user_id, text, created_by, created_at)
      values (${id}, ${text}, ${actorOf(who)}, ${deps.now()}) returning id::float8 as id`
    // The note itself can be deleted; the log cannot, so that it does not have its words.
    await audit(tx, {
      actor: actorOf(who),
      action: 'user.note.create',
      target: `user:${id}`,
      detail: { note: row?.id },
    })
  })
}

/** Operators take any note away. @throws NotFound, Forbidden */
export async function deleteNote(deps: Deps, who: Who, { id }: FoundUser, note: string): Promise<void> {
  refuse(deps, who)
  await deps.db.sql.begin(async (tx) => {
    const [row] = /^\d{1,15}$/.test(note)
      ? await tx`delete from user_notes where id = ${note} and user_id = ${id} returning id`
      : []
    if (!row) throw new NotFound('This note is not there any more.')
    await audit(tx, {
      actor: actorOf(who),
      action: 'user.note.delete',
      target: `user:${id}`,
      detail: { note: Number(note) },
    })
  })
}

/** A tag that is there already stays; answers whether it is new. @throws Problem 422 of the field, Forbidden */
export async function addTag(deps: Deps, who: Who, { id }: FoundUser, given: string): Promise<boolean> {
  refuse(deps, who)
  const tag = checked(tagText, given, 'tag')
  return (await deps.db.sql.begin(async (tx) => {
    const [count] = await tx<{ n: number }[]>`select count(*)::int as n from user_tags where user_id = ${id}`
    if ((count?.n ?? 0) >= MAX_TAGS) throw new Problem(422, 'Too many tags', `At most ${MAX_TAGS} tags.`).at('tag')
    const [row] = await tx`
      insert into user_tags (user_id, tag, created_by, created_at) values (${id}, ${tag}, ${actorOf(who)}, ${deps.now()})
      on conflict do nothing returning tag`
    if (row) await audit(tx, { actor: actorOf(who), action: 'user.tag.add', target: `user:${id}`, detail: { tag } })
    return row !== undefined
  })) as boolean
}

/** Answers that it was there. @throws NotFound, Problem 422 of the field, Forbidden */
export async function removeTag(deps: Deps, who: Who, { id }: FoundUser, given: string): Promise<boolean> {
  refuse(deps, who)
  const tag = checked(tagText, given, 'tag')
  await deps.db.sql.begin(async (tx) => {
    const [row] = await tx`delete from user_tags where user_id = ${id} and tag = ${tag} returning tag`
    if (!row) throw new NotFound('This tag is not there any more.')
    await audit(tx, { actor: actorOf(who), action: 'user.tag.remove', target: `user:${id}`, detail: { tag } })
  })
  return true
}

function refuse(deps: Deps, who: Who): void {
  const why = whyNoRemarks(deps, who)
  if (why) throw new Forbidden(why)
}

function checked(schema: z.ZodType<string>, given: string, field: string): string {
  const { success, data, error } = schema.safeParse(given)
  if (success) return data
  throw new Problem(422, 'Not written', error.issues[0]?.message ?? 'It cannot be understood.').at(field)
}
