import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { connect } from '../src/db/connect.ts'
import { deliverAll, forget, hookTo, later, outcomesOf, statesOf, tell } from './delivery-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type Receiver, receiver } from './helpers/receiver.ts'

let t: TestApp
let http: Receiver
beforeAll(async () => {
  ;[t, http] = await Promise.all([testApp({ config: { allowPrivateWebhooks: true } }), receiver()])
})
afterAll(() => Promise.all([t?.close(), http?.close()]))
beforeEach(async () => {
  await forget(t)
  http.posted.length = 0
})

const keys = () =>
  http.posted.map(({ headers, body }) => `${headers['webhook-id']} ${JSON.parse(body).data.dedupe_key}`)

/** Delivers in a process of its own, and kills that (SIGKILL) at a point. */
async function killAt(point: 'claimed' | 'sent' | 'recorded'): Promise<void> {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, DATABASE_URL: t.db.url, SECRET_KEY: t.deps.config.secretKey, ALLOW_PRIVATE_WEBHOOKS: '1' }
  const script = fileURLToPath(new URL('./helpers/deliver-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, point], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const said = await Promise.race([once(createInterface(child.stdout), 'line'), exited])
  if (said[0] !== point) throw new Error(`it ended with ${said[0]} before it could be killed`)
  child.kill('SIGKILL')
  await exited
}

it.each([
  ['claimed', 0, 1, ['lost', 'sent']],
  ['sent', 1, 2, ['lost', 'sent']],
  ['recorded', 1, 1, ['sent']],
] as const)(
  'killed when it has %s: nothing is lost, and what comes twice has the same key',
  async (point, before, after, outcomes) => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t)
    await killAt(point)
    expect(http.posted).toHaveLength(before)
    // Its lease still holds: nobody else sends it meanwhile.
    expect(await deliverAll(t)).toBe(0)
    await later(t)
    await deliverAll(t)
    expect(keys()).toHaveLength(after)
    expect(new Set(keys()).size).toBe(1)
    expect(await statesOf(t)).toEqual(['sent'])
    expect(await outcomesOf(t)).toEqual(outcomes)
  },
  60_000,
)

it('of two who deliver from one database, each notice is sent by one', async () => {
  await hookTo(t, 'Ops', `${http.url}/hook`)
  for (let n = 0; n < 40; n++) await tell(t, { dedupeKey: `alert:${n}` })
  const second = connect(t.db.url)
  try {
    const counts = await Promise.all([deliverAll(t), deliverAll({ deps: { ...t.deps, db: second } })])
    expect(counts[0] + counts[1]).toBe(40)
    expect(new Set(keys()).size).toBe(40)
    expect(http.posted).toHaveLength(40)
    expect(new Set(await statesOf(t))).toEqual(new Set(['sent']))
  } finally {
    await second.close()
  }
})
