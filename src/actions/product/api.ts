import type { Hono } from 'hono'
import { json } from '../../api/json.ts'
import { serve } from '../../api/operation.ts'
import { smallBody } from '../../auth/forms.ts'
import { allow, whoOf } from '../../auth/guards.ts'
import type { Deps } from '../../context.ts'
import type { Env } from '../../env.ts'
import { viewOf } from '../answers.ts'
import { answerAction, nested } from '../api.ts'
import { runsAbout } from '../runs.ts'
import { loadSubject } from '../subject.ts'
import { doProductAction, listProductRuns, readProductState } from './operations.ts'
import { readProduct } from './read.ts'

const RUNS_LISTED = 100

/** What is set for the whole product: for who acts on all tenants to read, and for owners to change. */
export function mountProductApi(app: Hono<Env>, deps: Deps): void {
  const reads = allow({ scope: 'read', role: 'operator' })
  const owns = [allow({ scope: 'act', role: 'owner' }), smallBody]

  serve(app, readProductState, reads, async (c) => {
    await loadSubject(deps, whoOf(c), 'product', '')
    const told = await readProduct(deps)
    return json(c, 'why' in told ? { product: null, reason: told.why } : { product: told.product, reason: null })
  })

  serve(app, listProductRuns, reads, async (c) => {
    const subject = await loadSubject(deps, whoOf(c), 'product', '')
    const runs = await runsAbout(deps, subject, RUNS_LISTED)
    return json(c, { actions: runs.map((run) => viewOf(run, deps.now())) })
  })

  serve(app, doProductAction, owns, async (c) => {
    const wanted = { kind: 'product', name: c.req.param('action') ?? '', id: '' } as const
    return answerAction(c, deps, wanted, await nested(c))
  })
}
