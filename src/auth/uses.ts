import type { Deps } from '../context.ts'

/** last_used_at is a hint for people: once a minute is exact enough, and ingest must not write per request. */
const EVERY_MS = 60_000
const REMEMBERED = 10_000

/** Notes when keys were last used, without anybody waiting for it. */
export function noteUses({ db, log, now }: Deps, table: 'api_keys' | 'public_keys'): (id: string) => void {
  const usedAt = new Map<string, number>()
  return (id) => {
    const at = performance.now()
    const last = usedAt.get(id)
    if (last !== undefined && at - last < EVERY_MS) return
    if (usedAt.size > REMEMBERED) usedAt.clear()
    usedAt.set(id, at)
    db.sql`update ${db.sql(table)} set last_used_at = ${now()} where id = ${id}`.catch((error: unknown) => {
      log.debug({ err: error, keyId: id }, 'the use of a key was not noted')
    })
  }
}
