import { addAnnotation } from '../annotations/store.ts'
import type { Deps } from '../context.ts'
import type { KeyWho } from '../env.ts'
import { DAY_MS } from './calendar.ts'

/** Acme Studio ships every other week. */
const EVERY_DAYS = 14
/** Releases of the last year at most: 4.1 is the oldest that is told. */
const MOST = 26

/** Marks the releases of the history as a pipeline would, by ids of their own, so that a second time changes nothing. */
export async function markReleases(deps: Deps, firstMs: number): Promise<void> {
  const pipeline: KeyWho = { kind: 'key', id: 'demo-pipeline', name: 'pipeline', scopes: ['act'], tenants: null }
  const nowMs = deps.now().getTime()
  for (let n = 0; n < MOST; n++) {
    // Counted from a fixed day: a demo that goes on for weeks numbers them as it did.
    const release = Math.floor(nowMs / DAY_MS / EVERY_DAYS) - n
    const at = new Date(release * EVERY_DAYS * DAY_MS + 9.5 * 3_600_000)
    if (at.getTime() < firstMs || at.getTime() > nowMs) continue
    const version = `v${Math.floor(release / MOST) - 50}.${release % MOST}`
    await addAnnotation(deps, pipeline, { text: version, kind: 'deploy', id: `release-${version}` }, { at })
  }
}
