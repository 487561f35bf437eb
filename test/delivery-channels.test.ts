import { createHmac } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Config, loadConfig } from '../src/config.ts'
import type { Deps } from '../src/context.ts'
import { channelKinds, kindOf } from '../src/delivery/channels/index.ts'
import { sendMail } from '../src/delivery/mailer.ts'
import { DeliveryError, type Message, type Values } from '../src/delivery/types.ts'
import { type Receiver, receiver } from './helpers/receiver.ts'
import { type MailServer, mailServer } from './helpers/smtp.ts'

let smtp: MailServer
let http: Receiver
beforeAll(async () => {
  ;[smtp, http] = await Promise.all([mailServer(), receiver()])
})
afterAll(() => Promise.all([smtp?.close(), http?.close()]))
beforeEach(() => {
  smtp.mails.length = 0
  http.posted.length = 0
  for (const name of Object.keys(smtp.replies)) delete smtp.replies[name]
  http.answer = (response) => void response.end('ok')
})

const configOf = (more: Record<string, string> = {}): Config =>
  loadConfig({
    SMTP_URL: smtp.url,
    MAIL_FROM: 'Quarterdeck <qd@x.example>',
    ALLOW_PRIVATE_WEBHOOKS: '1',
    SECRET_KEY: 's'.repeat(40),
    ...more,
  })
const depsOf = (config: Config) => ({ config, fetch }) as unknown as Deps

const message: Message = {
  id: '0198c0de-0000-7000-8000-000000000001',
  dedupeKey: 'alert:7:firing:1',
  kind: 'firing',
  severity: 'critical',
  title: 'Daily AI cost above $50 <!channel> & more',
  text: 'It is $61.20, of which “Acmé” has $40.',
  link: 'https://admin.x.example/dashboard/alerts/7',
  thread: 'alert:7',
  at: new Date('2026-11-20T12:00:00Z'),
  product: 'Acme Studio',
}

/** What a test needs of each kind: its values, how it is refused or put off, and what came in. */
interface Stage {
  values: () => Values
  bad: Values
  refuse: () => void
  putOff: () => void
  /** What a receiver can tell a repetition by, and what it reads. */
  received: () => { id: string; text: string }[]
}

const status = (code: number) => () => {
  http.answer = (response) => void response.writeHead(code, { 'retry-after': '120' }).end('not now')
}
const posts = (idOf: (index: number) => string) => () =>
  http.posted.map(({ body }, index) => ({ id: idOf(index), text: body }))

const stages: Record<string, Stage> = {
  email: {
    values: () => ({ to: 'ops@x.example, lead@x.example' }),
    bad: { to: 'ops@x.example, nobody' },
    refuse: () => {
      smtp.replies.RCPT = '550 5.1.1 no such mailbox'
    },
    putOff: () => {
      smtp.replies.MAIL = '451 4.3.0 come back later'
    },
    received: () =>
      smtp.mails.map(({ headers, text }) => ({ id: headers['message-id'] ?? '', text: `${headers.subject} ${text}` })),
  },
  slack: {
    values: () => ({ url: `${http.url}/services/T0/B0/key` }),
    bad: { url: 'hooks.slack.com/services' },
    refuse: status(404),
    putOff: status(503),
    // Slack has no id: the words are the same.
    received: posts((index) => http.posted[index]?.body ?? ''),
  },
  webhook: {
    values: () => ({ url: `${http.url}/hook`, secret: 'a long enough secret' }),
    bad: { url: 'https://user:password@x.example/', secret: 'a long enough secret' },
    refuse: status(410),
    putOff: status(429),
    received: posts((index) => String(http.posted[index]?.headers['webhook-id'])),
  },
}

const failureOf = async (work: Promise<unknown>): Promise<DeliveryError> => {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(DeliveryError)
  return error
}

it('every file of the folder is a kind of channel, and has its stage here', () => {
  const files = readdirSync(new URL('../src/delivery/channels', import.meta.url))
    .map((name) => name.replace('.ts', ''))
    .filter((name) => !['index', 'web'].includes(name))
  expect(channelKinds.map(({ kind }) => kind).sort()).toEqual(files.sort())
  expect(Object.keys(stages).sort()).toEqual(files.sort())
})

describe.each(channelKinds.map((kind) => [kind.kind, kind] as const))('%s', (name, kind) => {
  const stage = stages[name] as Stage
  const send = (config = configOf()) => kind.send(depsOf(config), valid(config), message)
  const valid = (config: Config) => kind.schema(config).parse(stage.values())

  it('names its fields, takes what is right, and says at its field what is not', () => {
    const config = configOf()
    expect(Object.keys(valid(config)).sort()).toEqual(kind.fields.map((field) => field.name).sort())
    const { error } = kind.schema(config).safeParse(stage.bad)
    expect(kind.fields.map((field) => field.name)).toContain(error?.issues[0]?.path[0])
    expect(error?.issues[0]?.message).toMatch(/\.$/)
  })

  it('tells where it leads without what is secret', () => {
    const target = kind.target(stage.values())
    expect(target).not.toBe('')
    for (const { name: field, secret } of kind.fields) if (secret) expect(target).not.toContain(stage.values()[field])
    expect(target).not.toContain('key')
  })

  it('delivers title, text and link, and is recognised when it comes twice', async () => {
    expect(await send()).toMatchObject({ outcome: 'sent', status: expect.any(Number) })
    await send()
    const [first, second] = stage.received()
    expect(first?.text).toContain('Daily AI cost above $50')
    expect(first?.text).toContain('of which “Acmé” has $40')
    expect(first?.text).toContain('https://admin.x.example/dashboard/alerts/7')
    expect(first?.id).not.toBe('')
    expect(second?.id).toBe(first?.id)
  })

  it('fails for good where it is refused, with the reason', async () => {
    stage.refuse()
    const error = await failureOf(send())
    expect(error.permanent).toBe(true)
    expect(error.message).toMatch(/550|404|410/)
    expect(stage.received().length).toBe(name === 'email' ? 0 : 1)
  })

  it('may be tried again where the receiver puts it off, or is not there', async () => {
    stage.putOff()
    const error = await failureOf(send())
    expect(error).toMatchObject({ permanent: false, status: expect.any(Number) })
    if (name !== 'email') expect(error.retryAfterMs).toBe(120_000)
    const nowhere = { ...stage.values(), ...('url' in stage.values() && { url: 'http://127.0.0.1:9/' }) }
    const config = configOf({ SMTP_URL: 'smtp://127.0.0.1:9' })
    expect((await failureOf(kind.send(depsOf(config), nowhere, message))).permanent).toBe(false)
  })

  it('tells no secret in what it says of a failure', async () => {
    stage.refuse()
    const { message: told } = await failureOf(send())
    for (const { name: field, secret } of kind.fields)
      if (secret) expect(told).not.toContain(stage.values()[field] as string)
  })
})

describe('e-mail', () => {
  const email = kindOf('email')!

  it('is one plain mail to all, marked as automatic, with the thread that it belongs to', async () => {
    await email.send(depsOf(configOf()), stages.email!.values(), message)
    await email.send(depsOf(configOf()), stages.email!.values(), { ...message, id: 'other', kind: 'resolved' })
    const [firing, resolved] = smtp.mails
    expect(firing).toMatchObject({ from: 'qd@x.example', to: ['ops@x.example', 'lead@x.example'] })
    expect(firing?.headers).toMatchObject({
      'message-id': `<${message.id}@x.example>`,
      'auto-submitted': 'auto-generated',
      'x-quarterdeck-dedupe-key': message.dedupeKey,
      subject: '[Firing] Daily AI cost above $50 <!channel> & more',
    })
    expect(resolved?.headers.references).toBe(firing?.headers.references)
    expect(resolved?.headers['message-id']).not.toBe(firing?.headers['message-id'])
  })

  it('is kept without a mail server, and waits for one that does not know its password yet', async () => {
    const kept = await email.send(depsOf(configOf({ SMTP_URL: '' })), stages.email!.values(), message)
    expect(kept).toMatchObject({ outcome: 'kept' })
    smtp.replies.CONNECT = '554 5.3.2 not in service'
    const error = await failureOf(email.send(depsOf(configOf()), stages.email!.values(), message))
    expect(error.permanent).toBe(false)
  })

  it('is broken off where the server takes its time for each command, and may be tried again', async () => {
    const slow = await mailServer(200)
    try {
      const to = Array.from({ length: 20 }, (_, n) => `u${n}@x.example`)
      const mail = { id: 'm', to, subject: 's', text: 't' }
      const sent = sendMail({ config: configOf({ SMTP_URL: slow.url }) }, mail, 1_000)
      await expect(sent).rejects.toMatchObject({ permanent: false, message: expect.stringContaining('within 1 s') })
      // Nothing of it goes on: it would arrive beside the next attempt.
      await slow.idle()
      expect(slow.mails).toEqual([])
    } finally {
      await slow.close()
    }
  })

  it('says who was left out where some recipients are refused', async () => {
    let n = 0
    Object.defineProperty(smtp.replies, 'RCPT', {
      configurable: true,
      enumerable: true,
      get: () => (n++ < 1 ? undefined : '550 5.1.1 unknown'),
    })
    const sent = await email.send(depsOf(configOf()), stages.email!.values(), message)
    expect(sent).toMatchObject({ outcome: 'sent', detail: expect.stringContaining('lead@x.example') })
    expect(smtp.mails[0]?.to).toEqual(['ops@x.example'])
  })
})

describe('a webhook', () => {
  const webhook = kindOf('webhook')!

  it('is signed as standardwebhooks.com has it', async () => {
    const key = Buffer.from('0123456789abcdef0123456789abcdef')
    const values = { url: `${http.url}/hook`, secret: `whsec_${key.toString('base64')}` }
    await webhook.send(depsOf(configOf()), values, message)
    const { headers, body } = http.posted[0]!
    expect(headers['webhook-id']).toBe(`msg_${message.id}`)
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
    expect(JSON.parse(body)).toEqual({
      type: 'alert.firing',
      timestamp: '2026-11-20T12:00:00.000Z',
      data: {
        dedupe_key: 'alert:7:firing:1',
        thread: 'alert:7',
        severity: 'critical',
        title: message.title,
        text: message.text,
        link: message.link,
        product: 'Acme Studio',
      },
    })
  })

  it.each(['webhook', 'slack'])('%s reaches no address of this machine unless that is allowed', async (name) => {
    const kind = kindOf(name)!
    const config = configOf({ ALLOW_PRIVATE_WEBHOOKS: '0' })
    const { port } = new URL(http.url)
    const values = (host: string) => ({ url: `http://${host}:${port}/hook`, secret: 'a long enough secret' })
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', '169.254.169.254']) {
      const { error } = kind.schema(config).safeParse(values(host))
      expect(error?.issues[0]?.message, host).toContain('ALLOW_PRIVATE_WEBHOOKS')
      // What was stored before, or a name that was public then, is refused when it is connected to.
      expect(await failureOf(kind.send(depsOf(config), values(host), message)), host).toMatchObject({ permanent: true })
    }
    expect(http.posted).toEqual([])
  })

  it('does not follow to another host, nor lose its body on the way', async () => {
    for (const [code, location] of [
      [307, 'https://elsewhere.example/'],
      [302, '/other'],
    ] as const) {
      http.answer = (response) => void response.writeHead(code, { location }).end()
      const error = await failureOf(webhook.send(depsOf(configOf()), stages.webhook!.values(), message))
      expect(error).toMatchObject({ permanent: true, message: expect.stringContaining('redirected') })
    }
    expect(http.posted).toHaveLength(2)
  })
})

it('a name calls nobody in Slack', async () => {
  await kindOf('slack')!.send(depsOf(configOf()), stages.slack!.values(), message)
  const { text } = JSON.parse(http.posted[0]?.body ?? '{}')
  expect(text).toBe('[Firing] Daily AI cost above $50 &lt;!channel&gt; &amp; more')
})
