import type { Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { actorOf, allow, whoOf } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { enterFinanceInputs, readFinanceInputs } from './inputs.ts'
import { financeBody, listFinanceInputs, putFinanceInputs } from './operations.ts'

/** What no door tells, entered by hand: whoever reads may see it, owners and keys that act may change it. */
export function mountFinance(app: Hono<Env>, deps: Deps): void {
  const { currency } = deps.config

  serve(app, listFinanceInputs, allow({ role: 'viewer', scope: 'read' }), async (c, asked) => {
    requireAllTenants(whoOf(c), 'Finance inputs are')
    return json(c, { currency, inputs: await readFinanceInputs(deps, asked) })
  })

  serve(app, putFinanceInputs, [allow({ role: 'owner', scope: 'act' }), smallBody], async (c) => {
    const who = requireAllTenants(whoOf(c), 'Finance inputs are')
    const { inputs } = await readJson(c, financeBody)
    await enterFinanceInputs(deps, actorOf(who), inputs)
    const months = inputs.map(({ month }) => month).sort()
    return c.json({ currency, inputs: await readFinanceInputs(deps, { from: months[0], to: months.at(-1) }) })
  })
}
