import { z } from 'zod'
import {
  currency,
  id,
  instant,
  minor,
  object,
  optionalId,
  requiredChoice,
  requiredMinor,
  tenant,
  withRest,
} from './fields.ts'
import { markDays } from './mark-days.ts'
import { each, earliest, newest, newestOf, upsertStates, withDefaults } from './states.ts'
import { defineFact } from './types.ts'

const schema = z.looseObject({
  id: id(),
  number: optionalId(),
  customer_id: optionalId(),
  user_id: optionalId(),
  tenant_id: tenant(),
  subscription_id: optionalId(),
  provider: optionalId(),
  status: requiredChoice('draft', 'open', 'pending_verification', 'paid', 'void', 'uncollectible'),
  amount: requiredMinor(),
  amount_paid: minor(),
  currency: currency(),
  issued_at: instant(),
  due_at: instant(),
  paid_at: instant(),
  updated_at: instant(),
  properties: object(),
})
const KNOWN = new Set(Object.keys(schema.shape))
/** In the order of an invoice's life: billing systems tell several of one second. */
const STAGES = ['draft', 'open', 'pending_verification', 'uncollectible', 'void', 'paid']

export default defineFact({
  kind: 'invoices',
  path: 'invoices',
  mode: 'upsert',
  keepsRow: false,
  doc: 'The state of an invoice: id, status, amount and amount_paid in minor units, currency, issued_at, due_at, paid_at.',
  schema,
  ts: (row) => row.updated_at ?? row.paid_at ?? row.issued_at,
  store: (row, { ts, currency: reporting }) =>
    withDefaults(
      {
        invoice_id: row.id,
        number: row.number,
        customer_id: row.customer_id,
        user_id: row.user_id,
        tenant_id: row.tenant_id,
        subscription_id: row.subscription_id,
        provider: row.provider,
        status: row.status,
        amount_minor: row.amount,
        amount_paid_minor: row.amount_paid,
        currency: row.currency,
        // A draft is not issued; of the rest it is the first we heard, unless it is told.
        issued_at: row.issued_at ?? (row.status === 'draft' ? undefined : ts),
        due_at: row.due_at,
        paid_at: row.paid_at ?? (row.status === 'paid' ? ts : undefined),
        pending_at: row.status === 'pending_verification' ? ts : undefined,
        closed_at: row.status === 'void' || row.status === 'uncollectible' ? ts : undefined,
        updated_at: ts,
        properties: withRest(KNOWN, row, row.properties),
      },
      { currency: reporting },
    ),
  write: upsertStates(
    'invoices',
    ['invoice_id'],
    {
      ...each(newest, 'number', 'customer_id', 'user_id', 'tenant_id', 'subscription_id', 'provider'),
      ...each(newest, 'amount_minor', 'amount_paid_minor', 'currency', 'due_at', 'properties'),
      ...each(earliest, 'issued_at', 'paid_at', 'pending_at', 'closed_at'),
      status: newestOf(STAGES),
    },
    markDays(
      'invoice_days',
      ['issued_at', 'due_at', 'paid_at', 'pending_at', 'closed_at'],
      ['status', 'amount_minor', 'amount_paid_minor', 'currency', 'provider', 'tenant_id'],
    ),
  ),
})
