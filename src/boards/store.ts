import type { TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { actorOf, isAllowed, READ_ONLY } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho, Who } from '../env.ts'
import { Forbidden, Problem } from '../lib/errors.ts'
import { freeName, slugOf } from '../lib/slug.ts'
import { type BoardDoc, isReserved, MAX_SLUG } from './doc.ts'
import type { Removed } from './edit.ts'
import { type Board, findStored, type StoredBoard } from './read.ts'
import { noteBoardChange } from './version.ts'

export const MAX_BOARDS = 50
/** Of all programs together: nobody sees them off when they leave. */
export const MAX_BOARDS_OF_KEYS = 200
export const MAX_PINS = 8

/** Somebody else was faster; what was to be saved is still in the hands of who asked. */
export class BoardConflict extends Problem {
  constructor(readonly board: Board) {
    super(
      409,
      'The board has changed meanwhile',
      `${board.updatedBy} saved version ${board.version} of this board after you had opened it. Nothing was overwritten.`,
    )
  }
}

/** Makes a board: an admin's is their own, a program's is shared. @throws Problem 422 where there are too many */
export async function createBoard(deps: Deps, who: Who, doc: BoardDoc, wanted?: string): Promise<string> {
  requireWriter(deps, who)
  const admin = who.kind === 'admin' ? who.id : null
  return changing(deps, async (tx) => {
    if (admin !== null) await requireRoom(tx, admin)
    // Of two at once, the second sees the name of the first.
    await tx`select pg_advisory_xact_lock(hashtext('boards.slug'))`
    if (admin === null) await requireRoomOfKeys(tx)
    const taken = await tx<{ slug: string }[]>`select slug from boards`
    const slug = freeSlug(wanted ?? (slugOf(doc.name, MAX_SLUG) || 'board'), new Set(taken.map((row) => row.slug)))
    const [row] = await tx<{ id: number }[]>`
      insert into boards (slug, name, description, filters, admin_id, shared, updated_by)
      values (${slug}, ${doc.name}, ${doc.description}, ${doc.filters}, ${admin}, ${admin === null}, ${actorOf(who)})
      returning id::float8 as id`
    await writeCards(tx, row!.id, doc)
    await note(tx, who, 'board.create', row!.id, { name: doc.name, cards: doc.cards.length })
    return slug
  })
}

export type BoardChange = (board: Board) => Partial<BoardDoc> & { removed?: Removed | null }

/** Saves a change of the version that was read. @throws NotFound, Forbidden, BoardConflict */
export async function changeBoard(
  deps: Deps,
  who: Who,
  slug: string,
  version: number | undefined,
  change: BoardChange,
): Promise<Board> {
  return changing(deps, async (tx) => {
    const board = await lockChangeable(tx, deps, who, slug)
    if (version !== undefined && version !== board.version) throw new BoardConflict(board)
    const { removed = board.removed, ...doc } = change(board)
    const next = { ...board, ...doc, removed, version: board.version + 1 }
    await tx`
      update boards set name = ${next.name}, description = ${next.description}, filters = ${next.filters},
        removed = ${removed === null ? null : JSON.stringify(removed)}::text::jsonb, version = ${next.version},
        updated_at = ${deps.now()}, updated_by = ${actorOf(who)}
      where id = ${board.id}`
    if (doc.cards) await writeCards(tx, board.id, next)
    await note(tx, who, 'board.change', board.id, { name: next.name, version: next.version, cards: next.cards.length })
    return next
  })
}

/** Shows a board to all admins, or takes it back. @throws NotFound, Forbidden */
export async function shareBoard(deps: Deps, admin: AdminWho, slug: string, shared: boolean): Promise<void> {
  await changing(deps, async (tx) => {
    const board = await lockChangeable(tx, deps, admin, slug)
    if (shared) requireSharing(deps, admin)
    if (board.adminId === null)
      throw new Problem(422, 'Nobody’s own', 'A program made this board: it is shared, or it is deleted.')
    await tx`update boards set shared = ${shared} where id = ${board.id}`
    // Nobody keeps a pin on what they cannot see any more.
    if (!shared) await tx`delete from board_pins where board_id = ${board.id} and admin_id <> ${board.adminId}`
    await note(tx, admin, shared ? 'board.share' : 'board.unshare', board.id, { name: board.name })
  })
}

/** @throws NotFound, Forbidden, BoardConflict */
export async function deleteBoard(deps: Deps, who: Who, slug: string, version?: number): Promise<void> {
  await changing(deps, async (tx) => {
    const board = await lockChangeable(tx, deps, who, slug)
    if (version !== undefined && version !== board.version) throw new BoardConflict(board)
    await tx`delete from boards where id = ${board.id}`
    await note(tx, who, 'board.delete', board.id, { name: board.name, cards: board.cards.length })
  })
}

/** Puts a board into one's own rail, or takes it out. @throws NotFound, Problem 422 where the rail is full */
export async function pinBoard(deps: Deps, admin: AdminWho, slug: string, pinned: boolean): Promise<void> {
  await changing(deps, async (tx) => {
    const board = await findStored(tx, admin, slug)
    if (!pinned) {
      await tx`delete from board_pins where admin_id = ${admin.id} and board_id = ${board.id}`
      return
    }
    await tx`select from admins where id = ${admin.id} for update`
    await tx`insert into board_pins (admin_id, board_id) values (${admin.id}, ${board.id}) on conflict do nothing`
    const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
      select count(*)::float8 as n from board_pins where admin_id = ${admin.id}`
    if (n > MAX_PINS) throw new Problem(422, 'Too many pins', `The rail holds ${MAX_PINS} boards: take one out first.`)
  })
}

/** Why somebody cannot change a board; undefined = they can. */
export function whyFixed({ config }: Pick<Deps, 'config'>, who: Who, board: Board): string | undefined {
  if (board.template) return 'This is a template: use it to have a board of your own.'
  if (board.shared && config.readOnly) return 'Quarterdeck runs with READ_ONLY=1: shared boards stay as they are.'
  if (who.kind === 'key') return whyNoWriter(who)
  if (!board.own && who.role !== 'owner') return `This board is ${board.by}’s: they, or an owner, can change it.`
  return undefined
}

/** Why an admin cannot share boards; undefined = they can. */
export function whyNoSharing({ config }: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  if (config.readOnly) return 'Quarterdeck runs with READ_ONLY=1: boards can be made, but not shared.'
  if (!isAllowed({ role: 'operator' }, admin))
    return `To share a board needs the role operator; yours is ${admin.role}.`
  return undefined
}

/** What programs make is for everybody, so it is for those who may see everything. */
function whyNoWriter(who: Who): string | undefined {
  if (who.kind === 'admin' || who.tenants === null) return undefined
  return 'This key is bound to some tenants; shared boards are of all.'
}

function requireWriter({ config }: Pick<Deps, 'config'>, who: Who): void {
  const why = who.kind === 'key' && config.readOnly ? READ_ONLY : whyNoWriter(who)
  if (why) throw new Forbidden(why)
}

function requireSharing(deps: Pick<Deps, 'config'>, admin: AdminWho): void {
  const why = whyNoSharing(deps, admin)
  if (why) throw new Forbidden(why)
}

async function lockChangeable(tx: TransactionSql, deps: Deps, who: Who, slug: string): Promise<StoredBoard> {
  await tx`select from boards where slug = ${slug} for update`
  const board = await findStored(tx, who, slug)
  const why = whyFixed(deps, who, board)
  if (why) throw new Forbidden(why)
  return board
}

async function requireRoom(tx: TransactionSql, admin: string): Promise<void> {
  // Of two at once, the second counts the first.
  await tx`select from admins where id = ${admin} for update`
  const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
    select count(*)::float8 as n from boards where admin_id = ${admin}`
  if (n >= MAX_BOARDS)
    throw new Problem(422, 'Too many boards', `You have ${MAX_BOARDS} boards, which is the most: delete one first.`)
}

/** Under the lock of the names, so that of two at once the second counts the first. */
async function requireRoomOfKeys(tx: TransactionSql): Promise<void> {
  const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
    select count(*)::float8 as n from boards where admin_id is null`
  if (n >= MAX_BOARDS_OF_KEYS)
    throw new Problem(
      422,
      'Too many boards',
      `Programs have made ${MAX_BOARDS_OF_KEYS} boards, which is the most: delete one first.`,
    )
}

const freeSlug = (wanted: string, taken: ReadonlySet<string>): string =>
  freeName(isReserved(wanted) ? `board-${wanted}` : wanted, taken)

/** All anew: a board is small, and a half-written order cannot be. */
async function writeCards(tx: TransactionSql, board: number, { cards }: Pick<BoardDoc, 'cards'>): Promise<void> {
  const rows = cards.map(({ id, kind, title, width, height, config }, position) => ({
    position,
    id,
    kind,
    title,
    width,
    height,
    config,
  }))
  await tx`delete from board_cards where board_id = ${board}`
  await tx`
    insert into board_cards (board_id, position, id, kind, title, width, height, config)
    select ${board}::bigint, position, id, kind, title, width, height, config
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as c (position integer, id text, kind text, title text, width integer, height text, config jsonb)`
}

async function changing<T>({ db: { sql } }: Pick<Deps, 'db'>, change: (tx: TransactionSql) => Promise<T>): Promise<T> {
  try {
    return (await sql.begin(change)) as T
  } finally {
    noteBoardChange()
  }
}

function note(tx: TransactionSql, who: Who, action: string, id: number, detail: Record<string, unknown>) {
  return audit(tx, { actor: actorOf(who), action, target: `board:${id}`, detail })
}
