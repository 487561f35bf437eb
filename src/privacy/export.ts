import { audit } from '../audit/audit.ts'
import { actorOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Sql } from '../db/connect.ts'
import type { Who } from '../env.ts'
import { Forbidden } from '../lib/errors.ts'
import type { Fragment } from '../metrics/metric.ts'
import type { HeldUser } from './find.ts'
import { exported, type Held } from './held.ts'
import { namesOf } from './names.ts'

const ROWS = 500
/** Of our own bookkeeping, and about nobody. */
const INTERNAL = ['batch_id', 'grp', 'name_key', 'bits', 'names', 'told']

/** Why nobody is handed a user's data; undefined = it may be. */
export const whyNoExport = ({ config }: Pick<Deps, 'config'>): string | undefined =>
  config.privacy === 'strict'
    ? 'In privacy mode strict no personal data leaves Quarterdeck; for a request of access, start it with PRIVACY=standard.'
    : undefined

/**
 * Everything that is held of a user as the pieces of one JSON document, a table after the other. That it was handed out is
 * on record before the first piece is. @throws Forbidden in privacy mode strict
 */
export async function exportUser(deps: Deps, who: Who, user: HeldUser): Promise<AsyncGenerator<string>> {
  const why = whyNoExport(deps)
  if (why) throw new Forbidden(why)
  const ids = (await deps.db.sql.begin(async (tx) => {
    await audit(tx, { actor: actorOf(who), action: 'user.export', target: `user:${user.id}` })
    return (await namesOf(tx, user.id)).ids
  })) as string[]
  return piecesOf(deps, user, ids)
}

async function* piecesOf({ db, now }: Deps, { id }: HeldUser, ids: string[]): AsyncGenerator<string> {
  yield `{"user_id":${JSON.stringify(id)},"ids":${JSON.stringify(ids)},"exported_at":${JSON.stringify(now())},"tables":{`
  let first = true
  for (const held of exported) {
    yield `${first ? '' : ','}${JSON.stringify(held.table)}:[`
    yield* rowsOf(db.heavy, db.heavy`${db.heavy(held.table)} t where ${ownRows(db.heavy, held, ids)}`)
    yield ']'
    first = false
  }
  const targets = ids.map((one) => `user:${one}`)
  yield ',"audit_log":['
  yield* rowsOf(
    db.heavy,
    db.heavy`(select at, action, detail from audit_log where target = any(${targets}::text[]) order by id) t`,
  )
  yield ']}}'
}

async function* rowsOf(sql: Sql, from: Fragment): AsyncGenerator<string> {
  let first = true
  const cursor = sql<{ row: string }[]>`select (to_jsonb(t) - ${INTERNAL}::text[])::text as row from ${from}`.cursor(
    ROWS,
  )
  for await (const rows of cursor) {
    yield `${first ? '' : ','}${rows.map(({ row }) => row).join(',')}`
    first = false
  }
}

/** What a visitor did counts for them where nobody else is named. */
function ownRows(sql: Sql, { ids: columns, visitor }: Held, ids: string[]): Fragment {
  const own = columns.map((name) => sql`t.${sql(name)} = any(${ids}::text[])`)
  const visits = visitor ? [sql`t.user_id = '' and t.${sql(visitor)} = any(${ids}::text[])`] : []
  return [...own, ...visits].reduce((all, one) => sql`${all} or ${one}`)
}
