import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { providers } from '../src/doors/webhook.ts'
import { hear, type Said, valuesOf } from '../src/doors/webhook-said.ts'
import { isAnyOf } from '../src/doors/webhook-signature.ts'
import { pruneWebhooks } from '../src/doors/webhook-store.ts'
import { WriterUnavailable } from '../src/facts/writer.ts'
import { charge, customer, lifecycle, stripeEvent, subscription } from './fixtures/stripe-events.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { deliver, deliverAll, effectiveState, emptyAll, SECRETS, signed, stripeHeader } from './webhooks-kit.ts'

const now = new Date('2026-11-20T12:00:00Z')
let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => now, config: SECRETS })
})
afterAll(() => t.close())
beforeEach(() => emptyAll(t))

const events = () => t.sql`select provider, type, outcome, error, body from webhook_events order by received_at, type`
const post = (path: string, body: string, headers: Record<string, string>) =>
  t.request(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

/** An event that each provider would send, one it might invent, and the settings' name of its secrets. */
const SAMPLES = {
  stripe: {
    known: () => stripeEvent('customer.subscription.created', '2026-09-01T10:00:00Z', subscription()),
    unknown: () => stripeEvent('terminal.reader.action', '2026-09-01T10:00:00Z', { id: 'tmr_1' }),
    secrets: ['whsec_old', 'whsec_test_secret'],
    config: 'stripeWebhookSecrets',
  },
  paystack: {
    known: () => ({
      event: 'charge.success',
      data: { id: 1, reference: 'r1', status: 'success', amount: 100, currency: 'NGN' },
    }),
    unknown: () => ({ event: 'customeridentification.success', data: { customer_code: 'CUS_1' } }),
    secrets: ['sk_test_old', 'sk_test_secret'],
    config: 'paystackSecretKeys',
  },
  brevo: {
    known: () => ({ event: 'delivered', email: 'a@example.com', 'message-id': '<1@x>', ts_event: 1_762_000_000 }),
    unknown: () => ({ event: 'list_addition', email: 'a@example.com', ts_event: 1_762_000_000 }),
    secrets: ['brevo-token-old', 'brevo-token'],
    config: 'brevoWebhookTokens',
  },
} as const

describe.each(providers.map((provider) => [provider.name, provider] as const))('webhooks of %s', (name, provider) => {
  const sample = SAMPLES[name]
  const path = `/webhooks/${name}`

  it('are 404 while no secret is set, and say which', async () => {
    const bare = await testApp({ now: () => now })
    const body = JSON.stringify(sample.known())
    const answer = await bare.request(path, { method: 'POST', body, headers: signed(name, body, now, '') })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(((await answer.json()) as { detail: string }).detail).toContain(provider.setting)
    await bare.close()
  })

  it('are 401 without a signature, with a wrong one, and with one that is no text of it; nothing is stored', async () => {
    const body = JSON.stringify(sample.known())
    const right = signed(name, body, now)
    const [header] = Object.keys(right) as [string]
    const wrong = signed(name, body, now, 'another secret')
    for (const headers of [{}, wrong, { [header]: '' }, { [header]: 'v1' }, { [header]: 'Bearer ' }, { [header]: 'é' }])
      expect((await post(path, body, headers as Record<string, string>)).status).toBe(401)
    if (name !== 'brevo') expect((await post(path, `${body} `, right)).status).toBe(401)
    expect(await events()).toEqual([])
    expect(await t.sql`select from rejected_facts`).toHaveLength(0)
  })

  it('are believed with any of several secrets', async () => {
    for (const secret of sample.secrets) expect((await deliver(t, name, sample.known(), secret)).status).toBe(200)
  })

  it('are applied once, however often they come', async () => {
    const event = sample.known()
    const first = (await (await deliver(t, name, event)).json()) as object
    const second = (await (await deliver(t, name, event)).json()) as object
    expect(first).toMatchObject({ received: 1, events: [{ outcome: 'applied' }] })
    expect(second).toMatchObject({ received: 1, events: [{ outcome: 'duplicate' }] })
    expect(await events()).toHaveLength(1)
  })

  it('of an unknown type are kept and counted', async () => {
    const event = sample.unknown()
    expect((await deliver(t, name, event)).status).toBe(200)
    const [stored] = await events()
    expect(stored).toMatchObject({ provider: name, outcome: 'unknown', body: event })
  })

  it('of odd content are 200 and kept, never a 500', async () => {
    const { known } = sample
    const type = name === 'stripe' ? 'type' : 'event'
    const odd: unknown[] = [
      null,
      [],
      [null, 7, 'x', []],
      'text',
      12,
      {},
      { [type]: 7 },
      { [type]: 'constructor', data: {} },
      { [type]: '__proto__', data: { object: {} } },
      { id: {}, [type]: (known() as Record<string, unknown>)[type] },
      ...mangled(known()),
    ]
    for (const body of odd) {
      const answer = await deliver(t, name, JSON.stringify(body))
      expect(`${answer.status} ${JSON.stringify(body).slice(0, 200)}`).toMatch(/^200 /)
      await answer.body?.cancel()
    }
  }, 60_000)

  it('that are no JSON are kept as rejected, and told so', async () => {
    const garbage = '{"half": '
    const answer = await deliver(t, name, garbage)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      events: [{ outcome: 'failed', error: expect.stringContaining('not JSON') }],
    })
    expect((await deliver(t, name, garbage)).status).toBe(200)
    expect(await t.sql`select kind, source, convert_from(raw, 'UTF8') as raw from rejected_facts`).toEqual([
      { kind: name, source: name, raw: garbage },
    ])
  })

  it('are 413 when they are too large, read or not', async () => {
    const body = JSON.stringify({ ...sample.known(), more: 'x'.repeat(1024 ** 2) })
    expect((await post(path, body, signed(name, body, now))).status).toBe(413)
  })

  it('that come while the database is away are 503, and the same delivery heals what was written before', async () => {
    const event = sample.known()
    const { write } = t.deps.writer
    // As if the process had ended between the facts and the event.
    t.deps.writer.write = async (facts, meta) => {
      await write(facts, meta)
      throw new WriterUnavailable('gone')
    }
    const answer = await deliver(t, name, event)
    t.deps.writer.write = write
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await events()).toEqual([])
    const written = await effectiveState(t)
    expect((await deliver(t, name, event)).status).toBe(200)
    expect(await effectiveState(t)).toEqual(written)
    expect(await events()).toMatchObject([{ outcome: 'applied' }])
  })

  it('ask for no session, and take none', async () => {
    const body = JSON.stringify(sample.known())
    const cookie = await t.admin('owner')
    expect((await post(path, body, { cookie, origin: 'https://evil.example' })).status).toBe(401)
    expect((await post(path, body, { ...signed(name, body, now), origin: 'https://evil.example' })).status).toBe(200)
  })
})

describe("Stripe's signature", () => {
  const body = JSON.stringify(SAMPLES.stripe.known())
  const withHeader = async (header: string) => {
    const answer = await post('/webhooks/stripe', body, { 'stripe-signature': header })
    return [answer.status, ((await answer.json()) as { detail?: string }).detail ?? ''] as const
  }
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000)

  it('holds for five minutes, and says how old it is', async () => {
    expect((await withHeader(stripeHeader(body, at(-300), 'whsec_test_secret')))[0]).toBe(200)
    const [status, detail] = await withHeader(stripeHeader(body, at(-301), 'whsec_test_secret'))
    expect([status, detail]).toEqual([401, expect.stringContaining('301 s old')])
    expect(await withHeader(stripeHeader(body, at(301), 'whsec_test_secret'))).toEqual([
      401,
      expect.stringContaining('ahead'),
    ])
  })

  it('may be one of several, as while a secret is rolled', async () => {
    const t1 = Math.floor(now.getTime() / 1000)
    const v1 = (secret: string) => createHmac('sha256', secret).update(`${t1}.${body}`).digest('hex')
    expect((await withHeader(`t=${t1},v1=${v1('other')},v1=${v1('whsec_old')},v0=00`))[0]).toBe(200)
    expect((await withHeader(`t=${t1},v1=${v1('other')},v0=${v1('whsec_old')}`))[0]).toBe(401)
    expect((await withHeader(`t=${t1 + 1},v1=${v1('whsec_old')}`))[0]).toBe(401)
    expect((await withHeader(`t=,v1=${v1('whsec_old')}`))[0]).toBe(401)
  })
})

it("Brevo's token may come with the URL", async () => {
  const body = JSON.stringify(SAMPLES.brevo.known())
  expect((await post('/webhooks/brevo?token=brevo-token', body, {})).status).toBe(200)
  expect((await post('/webhooks/brevo?token=brevo-toke', body, {})).status).toBe(401)
  expect((await post('/webhooks/brevo?token=', body, {})).status).toBe(401)
})

it('texts of different lengths are compared without a throw', () => {
  expect(isAnyOf(['a'], ['ab', 'a'])).toBe(true)
  expect(isAnyOf(['a', ''], ['ab'])).toBe(false)
  expect(isAnyOf([], ['ab'])).toBe(false)
})

describe('what is kept of a body', () => {
  it('has no card number, no secret and no address in it, and ids as they were', async () => {
    const at = '2026-09-01T10:00:00Z'
    const notes = { note: 'card 4242 4242 4242 4242, order 1234567890123', card: '5555555555554444' }
    await deliverAll(t, 'stripe', [
      stripeEvent('charge.succeeded', at, charge('ch_1', 900, at, { metadata: notes, nul: 'a\0b' })),
      stripeEvent('customer.created', at, customer()),
      stripeEvent('payment_intent.created', at, {
        id: 'pi_1',
        object: 'payment_intent',
        client_secret: 'pi_1_secret_HuR',
      }),
    ])
    await deliver(t, 'paystack', {
      event: 'charge.success',
      data: {
        reference: '4111111111111111',
        status: 'success',
        amount: 5,
        currency: 'NGN',
        authorization: { authorization_code: 'AUTH_x', last4: '4081', bin: '408408' },
        customer: { first_name: 'Jo', email: 'jo@example.com', customer_code: 'CUS_1' },
      },
    })
    const kept = JSON.stringify(await events())
    for (const secret of [
      '4242',
      '5555555555554444',
      'secret_HuR',
      'pay.stripe.com',
      'Main Street',
      'Jo Doe',
      '15550100',
      'AUTH_x',
      '4081',
      '408408',
      'Xt5EWLLDS7FJjR1c',
      '"Jo"',
    ])
      expect(kept, secret).not.toContain(secret)
    for (const fact of ['order 1234567890123', '4111111111111111', 'jo@example.com', 'CUS_1', 'pi_ch_1', 'a␀b'])
      expect(kept, fact).toContain(fact)
  })

  it('goes after a month, the event itself with the raw facts', async () => {
    await deliverAll(t, 'stripe', [SAMPLES.stripe.known()])
    const later = (days: number) => new Date(now.getTime() + days * 86_400_000)
    await pruneWebhooks(t.deps, later(29))
    expect((await events())[0]!.body).not.toBeNull()
    await pruneWebhooks(t.deps, later(31))
    expect(await events()).toMatchObject([{ outcome: 'applied', body: null }])
    await pruneWebhooks(t.deps, later(401))
    expect(await events()).toEqual([])
  })
})

it('an event whose fact is refused is failed with the reason, and may succeed when it is sent again', async () => {
  const at = '2026-09-01T10:00:00Z'
  const event = stripeEvent('charge.succeeded', at, charge('ch_1', 2e15, at))
  expect(await (await deliver(t, 'stripe', event)).json()).toMatchObject({ events: [{ outcome: 'failed' }] })
  expect(await events()).toMatchObject([{ outcome: 'failed', error: expect.stringContaining('amount') }])
  expect(await t.sql`select source from rejected_facts`).toEqual([{ source: 'stripe' }])
  await deliverAll(t, 'stripe', [{ ...event, data: { object: charge('ch_1', 900, at) } }])
  expect(await events()).toMatchObject([{ outcome: 'applied', error: null }])
  expect(await t.sql`select amount_minor from payments`).toEqual([{ amount_minor: 900 }])
})

it('two processes on one database settle the same events once', async () => {
  const other = await testAppOn(t)
  const all = lifecycle()
  const answers = await Promise.all([
    ...all.map((event) => deliver(t, 'stripe', event)),
    ...all.map((event) => deliver(other, 'stripe', event)),
  ])
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  const outcomes = (
    await Promise.all(answers.map(async (answer) => (await answer.json()) as { events: { outcome: string }[] }))
  ).flatMap((one) => one.events)
  expect(outcomes.filter(({ outcome }) => outcome !== 'duplicate')).toHaveLength(all.length)
  const told = await effectiveState(t)
  await emptyAll(t)
  await deliverAll(t, 'stripe', all)
  expect(await effectiveState(t)).toEqual(told)
})

it('a field that is told late fills what was not said, and takes back nothing', () => {
  const telling = (second: number, fields: Record<string, unknown>) => ({
    kind: 'plan' as const,
    id: 'p',
    order: { phase: 0, at: new Date(second * 1000), rank: 0 },
    fields,
  })
  let said: Said = hear({}, telling(2, { name: 'new', note: undefined }), 'e2')
  said = hear(said, telling(1, { name: 'old', note: 'first' }), 'e1')
  expect(valuesOf(said)).toEqual({ name: 'new', note: 'first' })
  expect(hear(said, telling(1, { name: 'older' }), 'e0')).toBe(said)
  expect(valuesOf(hear(said, telling(3, { note: null }), 'e3'))).toEqual({ name: 'new', note: null })
})

/** The same database under a second app: another lane of deliveries, as another process has. */
async function testAppOn(one: TestApp): Promise<TestApp> {
  const { createApp } = await import('../src/app.tsx')
  const app = createApp({ ...one.deps })
  const request = async (path: string, init?: RequestInit) => app.request(new URL(path, one.deps.config.baseUrl), init)
  return { ...one, app, request }
}

/** The sample with each of its fields, at any depth, replaced by things that do not belong there. */
function mangled(sample: object): unknown[] {
  const values = [null, [], {}, 'x', -1, 1e300, '9'.repeat(400), '\0', '\ud800']
  const paths = pathsOf(sample).filter((path) => !/metadata|address/.test(path.join('.')))
  return paths.map((path, n) => replaced(sample, path, values[n % values.length]))
}

function pathsOf(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return at.length > 0 ? [at] : []
  return [...(at.length > 0 ? [at] : []), ...Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...at, key]))]
}

function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}
