import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readNats } from '../src/connectors/nats.ts'
import { takeSamples } from '../src/jobs/samples.ts'
import type { SourceChange } from '../src/lib/state-book.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { withoutNats } from './helpers/needs.ts'
import { freePort } from './helpers/redis.ts'

describe.skipIf(withoutNats)('a NATS server', () => {
  let t: TestApp
  let server: ChildProcess | undefined
  let client: Socket | undefined
  let port = 0
  let monitorPort = 0
  const changes: SourceChange[] = []
  let aheadMs = 0

  /** What the server says, at a later time of its clock. */
  const later: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (!response.ok || !String(input).includes('/varz')) return response
    const varz = await response.json()
    return Response.json({ ...varz, now: new Date(Date.parse(varz.now) + aheadMs).toISOString() })
  }

  async function startServer(): Promise<void> {
    server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), '-m', String(monitorPort)], {
      stdio: 'ignore',
    })
    for (let n = 0; n < 100; n++) {
      const up = await fetch(`http://127.0.0.1:${monitorPort}/varz`).catch(() => undefined)
      if (up?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('nats-server did not start')
  }

  async function stopServer(): Promise<void> {
    client?.destroy()
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }

  beforeAll(async () => {
    port = await freePort()
    monitorPort = await freePort()
    await startServer()
    t = await testApp({ config: { natsUrl: `http://127.0.0.1:${monitorPort}/` }, fetch: later })
    t.deps.book.subscribe((change) => changes.push(change))
  })
  afterAll(async () => {
    await stopServer()
    await t.close()
  })

  /** Speaks NATS's own protocol, and waits until the server has dealt with it. */
  async function say(text: string): Promise<void> {
    const socket = client as Socket
    socket.write(`${text}PING\r\n`)
    for (;;) {
      const [data] = await once(socket, 'data')
      if (String(data).includes('PONG')) return
    }
  }

  it('is read by its monitoring address: connections, subscriptions, messages a second, round trips', async () => {
    client = connect(port, '127.0.0.1')
    await once(client, 'connect')
    await say('CONNECT {"verbose":false,"name":"orders"}\r\nSUB orders 1\r\nSUB orders 2\r\n')
    const first = await readNats(t.deps)
    expect(first).toMatchObject({
      connections: 1,
      webSockets: 0,
      slowConsumers: 0,
      messagesIn: null,
      messagesOut: null,
      clients: [{ name: 'orders', kind: 'nats', messagesIn: 0 }],
    })
    expect(first?.version).toMatch(/^\d+\.\d+/)

    await say('PUB orders 2\r\nhi\r\n'.repeat(120))
    aheadMs = 60_000
    const second = await readNats(t.deps)
    expect(second?.messagesIn).toBeCloseTo(120 / 60, 1)
    expect(second?.messagesOut).toBeCloseTo(240 / 60, 1)
    expect(second?.bytesIn).toBeCloseTo(240 / 60, 1)
    expect(second?.clients[0]).toMatchObject({ name: 'orders', messagesIn: 120, messagesOut: 240 })
  })

  it('is sampled each minute', async () => {
    aheadMs = 120_000
    await takeSamples(t.deps, new Date())
    const rows =
      await t.sql`select name, value from gauges where name like 'nats.%' and name <> 'nats.round_trip' order by 1`
    expect([...rows]).toEqual([
      { name: 'nats.connections', value: 1 },
      { name: 'nats.messages_in', value: 0 },
      { name: 'nats.messages_out', value: 0 },
      { name: 'nats.slow_consumers', value: 0 },
    ])
  })

  it('that goes away is told once, leaves a gap, and starts its rates anew when it is back', async () => {
    await stopServer()
    for (let n = 0; n < 3; n++)
      await expect(readNats(t.deps)).rejects.toMatchObject({
        source: 'nats',
        reason: 'NATS does not answer: the connection is refused',
      })
    const before = await t.sql`select count(*)::int as n from gauges where name like 'nats.%'`
    await takeSamples(t.deps, new Date(Date.now() + 60_000))
    expect(await t.sql`select count(*)::int as n from gauges where name like 'nats.%'`).toEqual(before)
    await startServer()
    aheadMs = 180_000
    expect(await readNats(t.deps)).toMatchObject({ connections: 0, messagesIn: null })
    expect(changes.map(({ source, state }) => [source, state])).toEqual([
      ['nats', 'degraded'],
      ['nats', 'recovered'],
    ])
  })

  it('whose address is that of something else says so', async () => {
    const deps = { ...t.deps, config: { ...t.deps.config, natsUrl: await t.listen() } }
    await expect(readNats(deps)).rejects.toMatchObject({
      reason: 'NATS answers HTTP 404: is this its monitoring address?',
    })
  })

  it('is not asked where none is configured', async () => {
    expect(await readNats({ ...t.deps, config: { ...t.deps.config, natsUrl: '' } })).toBe(null)
  })
})
