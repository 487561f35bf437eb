import type { Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { allow, whoOf } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { postPrice, readPrices } from './operations.ts'
import { enterPrice, listPrices, priceBody } from './store.ts'

/** Prices are of the whole product: whoever reads may see them; owners and keys that act on all tenants enter them. */
export function mountPricesApi(app: Hono<Env>, deps: Deps): void {
  serve(app, readPrices, allow({ role: 'viewer', scope: 'read' }), async (c) =>
    json(c, { currency: deps.config.currency, prices: await listPrices(deps) }),
  )

  serve(app, postPrice, [allow({ role: 'owner', scope: 'act' }), smallBody], async (c) => {
    const entered = await enterPrice(deps, whoOf(c), await readJson(c, priceBody))
    return c.json(entered)
  })
}
