import type { Deps } from '../context.ts'
import { sqlContext } from '../metrics/context.ts'
import { fingerprintsNow } from '../metrics/definitions.ts'
import { shortHash } from '../rollups/folded.ts'

/** Among the settings, and none that anybody sets. */
const KEY = 'server'

/** The server writes down how it makes numbers, for commands that are run beside it. */
export async function noteSettings(deps: Deps): Promise<void> {
  await deps.db.sql`
    insert into settings (key, value, updated_at) values (${KEY}, to_jsonb(${madeWith(deps)}::text), ${deps.now()})
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`
}

/** Whether this process would store other numbers than the server that ran last: its environment, or its version, differs. */
export async function differsFromServer(deps: Deps): Promise<boolean> {
  const [row] = await deps.db.sql<{ value: string }[]>`select value #>> '{}' as value from settings where key = ${KEY}`
  return row !== undefined && row.value !== madeWith(deps)
}

function madeWith(deps: Deps): string {
  const q = sqlContext(deps, deps.db.sql)
  return shortHash(JSON.stringify([[...fingerprintsNow(q)].sort(), q.folded]))
}
