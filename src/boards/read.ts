import type { Deps } from '../context.ts'
import type { Tag } from '../db/tag.ts'
import type { Who } from '../env.ts'
import { NotFound } from '../lib/errors.ts'
import type { BoardCard, BoardDoc } from './doc.ts'
import type { Removed } from './edit.ts'
import { mayOpen } from './filters.ts'
import { templateOf } from './templates.ts'

/** A board as somebody sees it. */
export interface Board extends BoardDoc {
  /** Absent of templates. */
  id: number | undefined
  slug: string
  /** Of the one who asks. */
  own: boolean
  /** Whose it is, by name. */
  by: string
  shared: boolean
  pinned: boolean
  version: number
  removed: Removed | null
  updatedAt: Date
  updatedBy: string
  template: boolean
}

/** One's own boards and the shared ones, by name. */
export async function listBoards({ db: { sql } }: Pick<Deps, 'db'>, who: Who): Promise<Board[]> {
  const rows = await readBoards(sql, who, null)
  return rows.map(({ adminId: _, ...board }) => board)
}

/** @throws NotFound also for what is somebody else's, of which nothing is told */
export async function findBoard(deps: Pick<Deps, 'db'>, who: Who, slug: string): Promise<Board> {
  const template = templateOf(slug)
  if (template) return ofTemplate(slug, template)
  const { adminId: _, ...board } = await findStored(deps.db.sql, who, slug)
  return board
}

export type StoredBoard = Board & { id: number; adminId: string | null }

/** A board of the database; in a transaction it is locked. @throws NotFound */
export async function findStored(sql: Tag, who: Who, slug: string): Promise<StoredBoard> {
  const [board] = await readBoards(sql, who, slug)
  if (!board) throw new NotFound('There is no board of this name, or it is not shared.')
  return board
}

/** Keys own nothing: they see what is shared. */
const ownerOf = (who: Who): string => (who.kind === 'admin' ? who.id : '')

async function readBoards(sql: Tag, who: Who, slug: string | null): Promise<StoredBoard[]> {
  const admin = ownerOf(who)
  const boards = await sql<Omit<StoredBoard, 'cards' | 'template'>[]>`
    select b.id::float8 as id, b.slug, b.name, b.description, b.filters, b.removed, b.version, b.shared,
      b.admin_id as "adminId", coalesce(b.admin_id = ${admin}, false) as own,
      coalesce(a.name, a.email, 'API') as by, b.updated_at as "updatedAt",
      coalesce(u.name, u.email, 'a program') as "updatedBy", p.board_id is not null as pinned
    from boards b
    left join admins a on a.id = b.admin_id
    left join admins u on b.updated_by = 'admin:' || u.id
    left join board_pins p on p.board_id = b.id and p.admin_id = ${admin}
    where (b.admin_id = ${admin} or b.shared) and (${slug}::text is null or b.slug = ${slug})
    order by lower(b.name), b.id`
  const seen = boards.filter((board) => board.own || mayOpen(who, board.filters))
  const cards = await cardsOf(
    sql,
    seen.map(({ id }) => id),
  )
  return seen.map((board) => ({ ...board, template: false, cards: cards.get(board.id) ?? [] }))
}

async function cardsOf(sql: Tag, ids: number[]): Promise<Map<number, BoardCard[]>> {
  const all = new Map<number, BoardCard[]>()
  if (ids.length === 0) return all
  const rows = await sql<(BoardCard & { board: number })[]>`
    select board_id::float8 as board, id, kind, title, width, height, config
    from board_cards where board_id = any(${ids}::bigint[])
    order by board_id, position`
  for (const { board, ...card } of rows) all.set(board, [...(all.get(board) ?? []), card])
  return all
}

function ofTemplate(slug: string, doc: BoardDoc): Board {
  return {
    ...doc,
    id: undefined,
    slug,
    own: false,
    by: 'Quarterdeck',
    shared: true,
    pinned: false,
    version: 0,
    removed: null,
    updatedAt: new Date(0),
    updatedBy: 'Quarterdeck',
    template: true,
  }
}
