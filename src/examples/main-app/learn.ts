import type { AppUser, Build, Store } from './store.ts'

type Row = Record<string, unknown>

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const STATUSES: readonly string[] = ['active', 'suspended', 'banned', 'deleted']

/** Takes over what the product has told of a user or of a build: in the demo the product is simulated elsewhere. */
export function learn(store: Store, kind: string, row: Row, atMs: number): void {
  if (kind === 'users') learnUser(store, row)
  if (kind === 'jobs') learnBuild(store, row, atMs)
}

function learnUser(store: Store, row: Row): void {
  const id = text(row.id)
  if (id === undefined) return
  const status = text(row.status)
  const known: Partial<AppUser> = {
    email: text(row.email),
    username: text(row.username),
    plan: text(row.plan),
    tenantId: text(row.tenant_id),
    ...(status && STATUSES.includes(status) && { status: status as AppUser['status'] }),
  }
  store.put({ id, ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) })
}

function learnBuild(store: Store, row: Row, atMs: number): void {
  const [id, userId, status] = [text(row.id), text(row.user_id), text(row.status)]
  if (id === undefined || userId === undefined || status === undefined) return
  const build: Build = {
    id,
    kind: text(row.kind) ?? 'build',
    userId,
    tenantId: text(row.tenant_id) ?? '',
    objectId: text(row.object_id),
    status,
    attempt: typeof row.attempt === 'number' ? row.attempt : 1,
    error: text(row.error),
    atMs,
  }
  store.putBuild(build)
}
