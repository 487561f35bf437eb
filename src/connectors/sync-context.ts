import type { Sql } from '../db/connect.ts'
import { type PullContext, type PullDeps, PullError } from './pull.ts'
import { connectSource } from './sql-source.ts'

/** Lends what files need to be read, for as long as `action` runs. An abort ends their queries at once. */
export async function withContext<T>(
  deps: PullDeps,
  signal: AbortSignal,
  action: (context: PullContext) => Promise<T>,
): Promise<T> {
  let source: Sql | undefined
  const cut = () => void source?.end({ timeout: 0 }).catch(() => {})
  signal.addEventListener('abort', cut)
  try {
    return await action({
      deps,
      signal,
      source() {
        if (deps.config.sourceDatabaseUrl === '') throw new PullError('SOURCE_DATABASE_URL is not set')
        source ??= connectSource(deps.config.sourceDatabaseUrl)
        return source
      },
    })
  } finally {
    signal.removeEventListener('abort', cut)
    await source?.end({ timeout: 1 })
  }
}
