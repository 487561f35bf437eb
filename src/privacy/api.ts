import type { Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { allow, whoOf } from '../auth/guards.ts'
import { requireRecentProof } from '../auth/proof.tsx'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { holdHeap } from '../lib/heap.ts'
import { exportUser } from './export.ts'
import { heldUser } from './find.ts'
import { dataOfUser, eraseUserData, erasureBody } from './operations.ts'
import { startErasure } from './start.ts'

/** What is held of a user, for programs; and the same file for owners. */
export function mountPrivacyApi(app: Hono<Env>, deps: Deps): void {
  const owns = allow({ role: 'owner', scope: 'act' })

  serve(app, dataOfUser, owns, async (c) => {
    const who = requireAllTenants(whoOf(c), 'What is held of users is')
    const user = await heldUser(deps, c.req.param('id') ?? '')
    const body = streamOf(await exportUser(deps, who, user))
    c.header(
      'Content-Disposition',
      `attachment; filename="quarterdeck-user-${user.id.replace(/[^\w.-]+/g, '_').slice(0, 80)}.json"`,
    )
    c.header('Cache-Control', 'private, no-store')
    return c.body(body, 200, { 'Content-Type': 'application/json; charset=utf-8' })
  })

  serve(app, eraseUserData, [owns, smallBody, requireRecentProof(deps)], async (c) => {
    const who = requireAllTenants(whoOf(c), 'What is held of users is')
    const user = await heldUser(deps, c.req.param('id') ?? '')
    const erasure = await startErasure(deps, who, user, await readJson(c, erasureBody))
    return c.json({ erasure }, 202)
  })
}

/** Written while it is read; who goes away ends the reading. */
function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let release: (() => void) | undefined
  return new ReadableStream({
    async pull(stream) {
      release ??= holdHeap()
      const next = await pieces.next().catch((error: Error) => {
        release?.()
        throw error
      })
      if (!next.done) return stream.enqueue(encoder.encode(next.value))
      release()
      stream.close()
    },
    async cancel() {
      release?.()
      await pieces.return(undefined)
    },
  })
}
