import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'
import { deliver, deliverAll, effectiveState, emptyAll, SECRETS } from './webhooks-kit.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
let t: TestApp
beforeAll(async () => {
  t = await testApp({ now: () => NOW, config: SECRETS })
})
afterAll(() => t.close())
beforeEach(() => emptyAll(t))

/** As Brevo sends them; `date` is in the account's own zone, as it is there. */
const mail = (event: string, second: number, more: object = {}) => ({
  event,
  email: 'jo@example.com',
  id: 26_224,
  date: '2026-11-01 11:00:00',
  ts: 1_793_527_200 + second,
  'message-id': '<202611011000.1@relay.example.com>',
  ts_event: 1_793_527_200 + second,
  ts_epoch: (1_793_527_200 + second) * 1000,
  subject: 'Welcome aboard',
  tags: ['welcome'],
  template_id: 22,
  sending_ip: '185.41.28.109',
  ...more,
})
const SENT = new Date(1_793_527_200_000)

const messages = () => t.sql`select ts, user_id, channel, direction, status, recipient, subject from messages`

describe('an e-mail', () => {
  it('is as far as its events tell, with its user found by the address', async () => {
    await t.deps.writer.write([{ kind: 'users', index: 0, row: { id: 'u_1', email: 'Jo@Example.com' } }], {
      source: 'test',
      receivedAt: NOW,
    })
    await deliverAll(t, 'brevo', [
      mail('request', 0),
      mail('delivered', 2),
      mail('unique_opened', 60),
      mail('opened', 61),
    ])
    expect(await messages()).toEqual([
      {
        ts: SENT,
        user_id: 'u_1',
        channel: 'email',
        direction: 'out',
        status: 'opened',
        recipient: 'jo@example.com',
        subject: 'Welcome aboard',
      },
    ])
    await deliverAll(t, 'brevo', [mail('click', 70, { link: 'https://example.com/start' })])
    expect((await messages())[0]).toMatchObject({ status: 'clicked' })
  })

  it('is the same in any order, sent one by one or as a list, and however often', async () => {
    const events = ['request', 'deferred', 'delivered', 'proxy_open', 'opened', 'click', 'unsubscribed'].map(mail)
    await deliverAll(t, 'brevo', events)
    const expected = await effectiveState(t)
    expect(expected.messages).toMatchObject([{ status: 'unsubscribed', ts: SENT }])
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.constantFrom(...events), { maxLength: 4 }),
        fc.boolean(),
        async (shuffled, again, asList) => {
          await emptyAll(t)
          await deliverAll(t, 'brevo', asList ? [[...shuffled, ...again]] : [...shuffled, ...again])
          expect(await effectiveState(t)).toEqual(expected)
          expect(await t.sql`select count(*) as n from webhook_events`).toEqual([{ n: events.length }])
        },
      ),
      { numRuns: 15 },
    )
  }, 60_000)

  it.each([
    ['delivered', 'delivered'],
    ['unique_proxy_open', 'delivered'],
    ['hard_bounce', 'bounced'],
    ['soft_bounce', 'bounced'],
    ['spam', 'complained'],
    ['blocked', 'failed'],
    ['invalid_email', 'failed'],
    ['error', 'failed'],
    ['deferred', 'sent'],
  ])('%s is %s', async (event, status) => {
    await deliverAll(t, 'brevo', [mail(event, 0)])
    expect(await messages()).toMatchObject([{ status }])
  })

  it('to two people is two messages, and no id has an address in it', async () => {
    await deliverAll(t, 'brevo', [mail('delivered', 0), mail('delivered', 0, { email: 'al@example.com' })])
    const rows = await t.sql`select message_id as id, recipient from messages order by recipient`
    expect(rows.map(({ recipient }) => recipient)).toEqual(['al@example.com', 'jo@example.com'])
    for (const { id } of rows) expect(id).toMatch(/^brevo_[0-9a-f]{32}$/)
  })

  it('of a type that Postgres could not store is kept and counted all the same', async () => {
    await deliver(t, 'brevo', mail('odd\0type', 0))
    expect(await t.sql`select type, outcome from webhook_events`).toEqual([{ type: 'odd␀type', outcome: 'unknown' }])
  })

  it('of a list fails by itself, without its neighbours', async () => {
    const answer = await deliver(t, 'brevo', [
      mail('delivered', 0),
      mail('opened', 1, { email: 'x'.repeat(400) }),
      7,
      mail('click', 2),
    ])
    expect(answer.status).toBe(200)
    const { events } = (await answer.json()) as { events: { outcome: string }[] }
    expect(events.map(({ outcome }) => outcome)).toEqual(['applied', 'failed', 'unknown', 'applied'])
    expect(await messages()).toMatchObject([{ status: 'clicked' }])
  })
})
