import type { Hono } from 'hono'
import { fieldsOf, smallBody } from '../auth/forms.ts'
import { adminOf, requireRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { PRICE_FIELDS, type PriceField, readPriceForm } from './form.ts'
import { PRICES_PATH } from './paths.ts'
import { enterPrice } from './store.ts'

/** What the form of the prices sends; what is wrong leads back to it with what was typed. */
export function mountPrices(app: Hono<Env>, deps: Deps): void {
  app.post(PRICES_PATH, requireRole('owner'), smallBody, async (c) => {
    const fields = await fieldsOf(c)
    const back = (query: Record<string, string>) => c.redirect(`${PRICES_PATH}?${new URLSearchParams(query)}`, 303)
    const again = (bad: PriceField, why: string) => {
      const typed = PRICE_FIELDS.map((name) => [name, (fields[name] ?? '').slice(0, 300)])
      return back({ ...Object.fromEntries(typed), bad, why })
    }
    const read = readPriceForm(fields)
    if ('bad' in read) return again(read.bad, read.why)
    try {
      const { replaced } = await enterPrice(deps, adminOf(c), read.entry)
      return back({ saved: replaced ? 'replaced' : 'entered' })
    } catch (error) {
      if (error instanceof Problem && error.status === 422) return again('since', error.message)
      throw error
    }
  })
}
