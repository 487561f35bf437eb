import { READ_ONLY, whyNotRole } from '../auth/guards.ts'
import type { Deps } from '../context.ts'
import type { AdminWho } from '../env.ts'
import { parseRates, UnreadableRates } from './parse.ts'
import type { RateChange } from './store.ts'
import { currenciesSeen } from './unconverted.ts'

export const RATES_PATH = '/dashboard/rates'

/** Why an admin cannot enter rates; undefined = they can. */
export function whyNotRates({ config }: Pick<Deps, 'config'>, admin: AdminWho): string | undefined {
  if (config.readOnly) return READ_ONLY
  if (admin.tenants !== null) return 'Rates are of the whole product; your access is bound to some tenants.'
  return whyNotRole(admin, 'owner')
}

/** One rate from the fields, or many from the text that was pasted. */
export async function readRatesForm(
  deps: Deps,
  fields: Record<string, string>,
): Promise<{ change: RateChange } | { error: string }> {
  const recost = fields.recost === 'yes'
  const base = deps.config.currency
  const pasted = (fields.text ?? '').trim()
  try {
    if (pasted !== '') {
      const entries = parseRates(pasted, base, await currenciesSeen(deps))
      if (entries.length === 0)
        return { error: 'The table has no currency in which money has come in so far: there is nothing to convert.' }
      return { change: { entries, source: 'imported', recost } }
    }
    const one = [fields.currency, fields.day, fields.rate]
      .map((text) => (text ?? '').replace(/[,;\t\r\n]/g, ' '))
      .join(',')
    return { change: { entries: parseRates(one, base, []), source: 'entered', recost } }
  } catch (error) {
    if (!(error instanceof UnreadableRates)) throw error
    return { error: pasted === '' ? error.message.replace('Line 1: ', 'The ') : error.message }
  }
}
