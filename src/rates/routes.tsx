import type { Context, Hono } from 'hono'
import { RatesForm, RatesPreview } from '../../views/pages/rates/form.tsx'
import { Card } from '../../views/parts/index.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { actorOf, adminOf, requireRole } from '../auth/guards.ts'
import { requireAllTenants } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { today } from '../lib/time.ts'
import { sendFramed } from '../send-framed.tsx'
import { RATES_PATH, readRatesForm, whyNotRates } from './form.ts'
import { previewRates, type RateOutcome, saveRates } from './store.ts'

/** What the forms of people send: first what would change, then the same again to save it. */
export function mountRates(app: Hono<Env>, deps: Deps): void {
  app.post(RATES_PATH, requireRole('owner'), smallBody, async (c) => {
    const admin = adminOf(c)
    requireAllTenants(admin, 'Exchange rates are')
    const fields = await fieldsOf(c)
    const read = await readRatesForm(deps, fields)
    if ('error' in read) return again(c, deps, fields, { error: read.error })
    const actor = actorOf(admin)
    if (fields.act !== 'save') return again(c, deps, fields, { outcome: await previewRates(deps, actor, read.change) })
    const { saved } = await saveRates(deps, actor, read.change)
    return c.redirect(`${RATES_PATH}?saved=${saved.length}`, 303)
  })
}

/** What was entered is still there, with the reason or with what it would change in front. */
function again(
  c: Context<Env>,
  deps: Deps,
  fields: Record<string, string>,
  { error, outcome }: { error?: string; outcome?: RateOutcome },
): Promise<Response> {
  const { currency, timeZone } = deps.config
  const props = { values: fields, currency, today: today(deps.now(), timeZone), off: whyNotRates(deps, adminOf(c)) }
  const crumbs = [{ label: 'Exchange rates', href: RATES_PATH }]
  return sendFramed(
    c,
    deps,
    { title: 'Exchange rates', page: '/dashboard/settings', crumbs, status: error ? 422 : 200 },
    <div class="q-flow">
      {outcome && (
        <Card id="rates-preview" title="This would change" sub="nothing is saved yet">
          <RatesPreview outcome={outcome} fields={fields} currency={currency} />
        </Card>
      )}
      <Card id="rates-form" title={error ? 'Not saved' : 'Enter rates'} sub={`what one unit is worth in ${currency}`}>
        <RatesForm {...props} error={error} />
      </Card>
    </div>,
  )
}
