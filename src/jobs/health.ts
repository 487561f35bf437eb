import type { Deps } from '../context.ts'

const failingByDatabase = new WeakMap<Deps['db'], Set<string>>()

/** Logs a failure once, when `what` begins to fail: a database that is away for an hour is one line, not 720. */
export function noteFailure(deps: Deps, what: string, error: unknown): void {
  const failing = failingOf(deps)
  if (failing.has(what)) return
  failing.add(what)
  deps.log.error({ job: what, err: error }, 'job fails')
}

/** Logs the recovery of what failed before. */
export function noteSuccess(deps: Deps, what: string): void {
  if (failingOf(deps).delete(what)) deps.log.info({ job: what }, 'job works again')
}

function failingOf(deps: Deps): Set<string> {
  const known = failingByDatabase.get(deps.db)
  if (known) return known
  const fresh = new Set<string>()
  failingByDatabase.set(deps.db, fresh)
  return fresh
}
