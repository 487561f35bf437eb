import { createHmac } from 'node:crypto'
import Stripe from 'stripe'
import type { TestApp } from './helpers/app.ts'

export const SECRETS = {
  stripeWebhookSecrets: ['whsec_old', 'whsec_test_secret'],
  paystackSecretKeys: ['sk_test_old', 'sk_test_secret'],
  brevoWebhookTokens: ['brevo-token-old', 'brevo-token'],
}
const stripe = new Stripe('sk_test_none')

/** Sends a body with the signature of its provider. */
export async function deliver(t: TestApp, provider: string, body: unknown, secret?: string): Promise<Response> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = { 'content-type': 'application/json', ...signed(provider, payload, t.deps.now(), secret) }
  return t.request(`/webhooks/${provider}`, { method: 'POST', headers, body: payload })
}

export function signed(provider: string, payload: string, at: Date, secret?: string): Record<string, string> {
  if (provider === 'stripe') return { 'stripe-signature': stripeHeader(payload, at, secret ?? 'whsec_test_secret') }
  if (provider === 'paystack') {
    const hmac = createHmac('sha512', secret ?? 'sk_test_secret')
    return { 'x-paystack-signature': hmac.update(payload).digest('hex') }
  }
  return { authorization: `Bearer ${secret ?? 'brevo-token'}` }
}

/** By Stripe's own client. */
export const stripeHeader = (payload: string, at: Date, secret: string): string =>
  stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(at.getTime() / 1000) })

/** Sends events one after the other; all must be taken. */
export async function deliverAll(t: TestApp, provider: string, events: readonly unknown[]): Promise<void> {
  for (const event of events) {
    const answer = await deliver(t, provider, event)
    if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`)
  }
}

export async function emptyAll(t: TestApp): Promise<void> {
  await t.sql`
    truncate webhook_events, webhook_things, subscriptions, subscription_states, mrr_movements, invoices, payments,
      plans, messages, users, rejected_facts, fact_batches, dirty_buckets, dirty_users`
}

/** What is so in the end, whichever way led there: instants of hearing and rows of history are left out. */
export async function effectiveState(t: TestApp) {
  const subscriptions = await t.sql`
    select subscription_id, customer_id, user_id, tenant_id, plan, status, interval, interval_count, quantity,
      amount_minor, currency, mrr_minor, started_at, trial_ends_at, current_period_end, ends_at
    from subscriptions order by 1`
  const invoices = await t.sql`
    select invoice_id, number, customer_id, user_id, tenant_id, subscription_id, status, amount_minor,
      amount_paid_minor, currency, issued_at, due_at, paid_at
    from invoices order by 1`
  const payments = await t.sql`
    select payment_id, ts, user_id, tenant_id, invoice_id, provider, status, amount_minor, fee_minor, refunded_minor,
      currency, failure_reason, properties
    from payments order by 1`
  const plans = await t.sql`select plan_id, name, class, amount_minor, currency, interval from plans order by 1`
  const messages = await t.sql`
    select message_id, ts, user_id, channel, direction, status, recipient, subject from messages order by 1`
  const mrr = await t.sql`
    select customer_id, currency, sum(amount_minor) as mrr, sum(customers_delta) as customers from mrr_movements
    group by 1, 2 having sum(amount_minor) <> 0 or sum(customers_delta) <> 0 order by 1, 2`
  return {
    subscriptions: [...subscriptions],
    invoices: [...invoices],
    payments: [...payments],
    plans: [...plans],
    messages: [...messages],
    mrr: [...mrr],
  }
}
