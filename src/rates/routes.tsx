import type { Context, Hono } from 'hono'
import { Layout } from '../../views/layout.tsx'
import { RatesForm, RatesPreview } from '../../views/pages/rates/form.tsx'
import { Card } from '../../views/parts/index.ts'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { actorOf, adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { frameOf } from '../frame-of.ts'
import { today } from '../lib/time.ts'
import { requireAllTenants } from './api.ts'
import { RATES_PATH, readRatesForm, whyNotRates } from './form.ts'
import { previewRates, type RateOutcome, saveRates } from './store.ts'

/** What the forms of people send: first what would change, then the same again to save it. */
export function mountRates(app: Hono<Env>, deps: Deps): void {
  app.post(RATES_PATH, requireRole('owner'), smallBody, async (c) => {
    const admin = adminOf(c)
    requireAllTenants(admin)
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
async function again(
  c: Context<Env>,
  deps: Deps,
  fields: Record<string, string>,
  { error, outcome }: { error?: string; outcome?: RateOutcome },
): Promise<Response> {
  const admin = adminOf(c)
  const { currency, timeZone } = deps.config
  const props = { values: fields, currency, today: today(deps.now(), timeZone), off: whyNotRates(deps, admin) }
  const page = (
    <Layout
      title="Exchange rates"
      page="/dashboard/settings"
      {...(await frameOf(deps, admin))}
      crumbs={[{ label: 'Exchange rates', href: RATES_PATH }]}
    >
      <div class="q-page q-flow">
        {outcome && (
          <Card id="rates-preview" title="This would change" sub="nothing is saved yet">
            <RatesPreview outcome={outcome} fields={fields} currency={currency} />
          </Card>
        )}
        <Card id="rates-form" title={error ? 'Not saved' : 'Enter rates'} sub={`what one unit is worth in ${currency}`}>
          <RatesForm {...props} error={error} />
        </Card>
      </div>
    </Layout>
  )
  c.header('Cache-Control', 'private, no-store')
  return c.html(String(await page), error ? 422 : 200)
}
