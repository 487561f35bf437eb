import postgres, { type TransactionSql } from 'postgres'
import { audit } from '../audit/audit.ts'
import { isAllowed } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'
import { Forbidden, NotFound, Problem } from '../lib/errors.ts'
import type { ViewAddress } from './address.ts'
import { noteChange } from './version.ts'

export interface SavedView extends ViewAddress {
  id: number
  name: string
  /** Of the admin who asks. */
  own: boolean
  /** Whose it is, by name. */
  by: string
  shared: boolean
  pinned: boolean
}

export const MAX_NAME = 60
export const MAX_VIEWS = 50
export const MAX_PINS = 8

/** One's own views and the shared ones, by name. */
export async function listViews({ db: { sql } }: Pick<Deps, 'db'>, admin: AdminWho): Promise<SavedView[]> {
  const rows = await sql<SavedView[]>`
    select v.id::float8 as id, v.name, v.path, v.query, v.shared, v.admin_id = ${admin.id} as own,
      coalesce(a.name, a.email) as by, p.view_id is not null as pinned
    from saved_views v join admins a on a.id = v.admin_id
    left join saved_view_pins p on p.view_id = v.id and p.admin_id = ${admin.id}
    where v.admin_id = ${admin.id} or v.shared
    order by lower(v.name), v.id`
  return rows.filter((view) => view.own || mayOpen(admin, view))
}

/** A shared view of a tenant that is not theirs would only lead to a refusal. */
function mayOpen({ tenants }: AdminWho, { query }: ViewAddress): boolean {
  const tenant = new URLSearchParams(query).get('tenant')
  return tenants === null || !tenant || tenants.includes(tenant)
}

/** Keeps an address under a name. @throws Problem 409 where the name is taken, 422 where there are too many */
export async function saveView(
  deps: Deps,
  admin: AdminWho,
  { name, shared, path, query }: ViewAddress & { name: string; shared: boolean },
): Promise<number> {
  const clean = nameOf(name)
  if (shared) requireSharing(deps, admin)
  const id = await changing(deps, async (tx) => {
    // Of two at once, the second counts the first.
    await tx`select from admins where id = ${admin.id} for update`
    const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
      select count(*)::float8 as n from saved_views where admin_id = ${admin.id}`
    if (n >= MAX_VIEWS)
      throw new Problem(422, 'Too many views', `You have ${MAX_VIEWS} views, which is the most: delete one first.`)
    const [row] = await tx<{ id: number }[]>`
      insert into saved_views (admin_id, name, path, query, shared)
      values (${admin.id}, ${clean}, ${path}, ${query}, ${shared}) returning id::float8 as id`
    await note(tx, admin, 'view.create', row!.id, { name: clean, shared })
    return row!.id
  })
  return id
}

/** @throws NotFound, Forbidden, Problem 409 */
export async function renameView(deps: Deps, admin: AdminWho, id: string, name: string): Promise<void> {
  const clean = nameOf(name)
  await changing(deps, async (tx) => {
    const view = await findChangeable(tx, deps, admin, id)
    await tx`update saved_views set name = ${clean}, updated_at = now() where id = ${view.id}`
    await note(tx, admin, 'view.rename', view.id, { from: view.name, to: clean })
  })
}

/** Shows a view to all admins, or takes it back. @throws NotFound, Forbidden, Problem 409 */
export async function shareView(deps: Deps, admin: AdminWho, id: string, shared: boolean): Promise<void> {
  if (shared) requireSharing(deps, admin)
  await changing(deps, async (tx) => {
    const view = await findChangeable(tx, deps, admin, id)
    await tx`update saved_views set shared = ${shared}, updated_at = now() where id = ${view.id}`
    // Nobody keeps a pin on what they cannot see any more.
    if (!shared) await tx`delete from saved_view_pins where view_id = ${view.id} and admin_id <> ${view.adminId}`
    await note(tx, admin, shared ? 'view.share' : 'view.unshare', view.id, { name: view.name })
  })
}

/** @throws NotFound, Forbidden */
export async function deleteView(deps: Deps, admin: AdminWho, id: string): Promise<void> {
  await changing(deps, async (tx) => {
    const view = await findChangeable(tx, deps, admin, id)
    await tx`delete from saved_views where id = ${view.id}`
    await note(tx, admin, 'view.delete', view.id, { name: view.name })
  })
}

/** Puts a view into one's own rail, or takes it out. @throws NotFound, Problem 422 where the rail is full */
export async function pinView(deps: Deps, admin: AdminWho, id: string, pinned: boolean): Promise<void> {
  await changing(deps, async (tx) => {
    const view = await findView(tx, admin, id)
    if (!pinned) {
      await tx`delete from saved_view_pins where admin_id = ${admin.id} and view_id = ${view.id}`
      return
    }
    await tx`select from admins where id = ${admin.id} for update`
    await tx`insert into saved_view_pins (admin_id, view_id) values (${admin.id}, ${view.id}) on conflict do nothing`
    const [{ n } = { n: 0 }] = await tx<{ n: number }[]>`
      select count(*)::float8 as n from saved_view_pins where admin_id = ${admin.id}`
    if (n > MAX_PINS) throw new Problem(422, 'Too many pins', `The rail holds ${MAX_PINS} pins: take one out first.`)
  })
}

/** Sharing and what is shared is of concern to others, so it follows role and READ_ONLY. @throws Forbidden */
function requireSharing({ config }: Pick<Deps, 'config'>, admin: AdminWho): void {
  if (config.readOnly) throw new Forbidden('Quarterdeck runs with READ_ONLY=1: views can be kept, but not shared.')
  if (!isAllowed({ role: 'operator' }, admin))
    throw new Forbidden(`To share a view needs the role operator; yours is ${admin.role}.`)
}

interface Found {
  id: number
  name: string
  adminId: string
  shared: boolean
}

/** A view that the admin sees. Of others' private ones nothing is told. */
async function findView(tx: TransactionSql, admin: AdminWho, id: string): Promise<Found> {
  const [view] = /^\d{1,15}$/.test(id)
    ? await tx<Found[]>`
        select id::float8 as id, name, admin_id as "adminId", shared from saved_views
        where id = ${id} and (admin_id = ${admin.id} or shared) for update`
    : []
  if (!view) throw new NotFound('There is no view of this id.')
  return view
}

/** One's own; owners may also tidy up what others share. */
async function findChangeable(tx: TransactionSql, { config }: Deps, admin: AdminWho, id: string): Promise<Found> {
  const view = await findView(tx, admin, id)
  if (view.shared && config.readOnly)
    throw new Forbidden('Quarterdeck runs with READ_ONLY=1: shared views stay as they are.')
  if (view.adminId !== admin.id && admin.role !== 'owner')
    throw new Forbidden('This view is somebody else’s: they, or an owner, can change it.')
  return view
}

function nameOf(text: string): string {
  const name = text.replace(/\s+/g, ' ').trim()
  if (name === '') throw new Problem(422, 'A name is needed', 'Give the view a name.')
  if (name.length > MAX_NAME) throw new Problem(422, 'A long name', `A name has at most ${MAX_NAME} characters.`)
  if (/\p{Cc}/u.test(name)) throw new Problem(422, 'Not a name', 'A name is text that can be read.')
  return name
}

const TAKEN: Record<string, string> = {
  saved_views_own: 'You have a view of this name already: choose another one, or rename that.',
  saved_views_shared: 'There is a shared view of this name already: choose another one.',
}

async function changing<T>({ db: { sql } }: Pick<Deps, 'db'>, change: (tx: TransactionSql) => Promise<T>): Promise<T> {
  try {
    return (await sql.begin(change)) as T
  } catch (error) {
    const taken =
      error instanceof postgres.PostgresError && error.code === '23505' && TAKEN[error.constraint_name ?? '']
    throw taken ? new Problem(409, 'The name is taken', taken) : error
  } finally {
    noteChange()
  }
}

function note(tx: TransactionSql, admin: AdminWho, action: string, id: number, detail: Record<string, unknown>) {
  return audit(tx, { actor: `admin:${admin.id}`, action, target: `view:${id}`, detail })
}
