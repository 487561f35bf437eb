import type { Hono } from 'hono'
import { readJson } from '../api/body.ts'
import { json } from '../api/json.ts'
import { serve } from '../api/operation.ts'
import { smallBody } from '../auth/forms.ts'
import { actorOf, allow, whoOf } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { addDays, today } from '../lib/time.ts'
import { listRates, putRates, ratesBody } from './operations.ts'
import { previewRates, type RateChange, readRates, saveRates } from './store.ts'
import { unconverted } from './unconverted.ts'

/** Rates are of the whole product: whoever reads may see them; owners and keys that act on all tenants change them. */
export function mountRatesApi(app: Hono<Env>, deps: Deps): void {
  const { currency } = deps.config

  serve(app, listRates, allow({ role: 'viewer', scope: 'read' }), async (c, asked) => {
    const day = today(deps.now(), deps.config.timeZone)
    const whole = whoOf(c).tenants === null
    const left = whole ? await unconverted(deps, { scope: '*', from: addDays(day, -29), to: day }) : []
    return json(c, { currency, rates: await readRates(deps, asked), not_converted: left })
  })

  serve(app, putRates, [allow({ role: 'owner', scope: 'act' }), smallBody], async (c) => {
    const who = requireAllTenants(whoOf(c), 'Exchange rates are')
    const { rates, recost, dry_run } = await readJson(c, ratesBody)
    if (rates.some((rate) => rate.currency === currency))
      throw new Problem(422, 'The body is not valid', `rates: ${currency} is the reporting currency and needs no rate.`)
    const change: RateChange = { entries: rates, source: 'entered', recost }
    const outcome = await (dry_run ? previewRates : saveRates)(deps, actorOf(who), change)
    return c.json({
      currency,
      dry_run,
      saved: outcome.saved.length,
      moved: outcome.moved,
      difference: outcome.difference,
    })
  })
}
