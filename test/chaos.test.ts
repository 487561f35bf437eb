import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Clients, startClients } from './chaos/clients.ts'
import { type Stage, setStage, untilFolded } from './chaos/stage.ts'
import { expectNothingLostOrDoubled } from './chaos/verify.ts'

const KILLS = Number(process.env.CHAOS_KILLS ?? 20)
const CLIENTS = 100
/** Requests acknowledged between one kill and the next: everything works again. */
const PROGRESS = 40
const TIMEOUT_MS = 300_000

let stage: Stage
afterEach(() => stage.close())

describe('kill -9 under 100 clients, some of whose rows are poisoned', () => {
  test(
    `of Node, ${KILLS} times: every acknowledged fact is there once, folded once, and every poisoned row is reported`,
    async () => {
      stage = await setStage({ embedded: true })
      await killRepeatedly(async () => {
        await stage.server.kill()
        await stage.server.start()
      })
    },
    TIMEOUT_MS,
  )

  test(
    `of Postgres, ${KILLS} times: the same, and the server over it recovers by itself`,
    async () => {
      stage = await setStage({ embedded: false })
      await killRepeatedly(async () => {
        await stage.killPostgres()
        await stage.startPostgres()
      })
    },
    TIMEOUT_MS,
  )
})

async function killRepeatedly(kill: () => Promise<void>): Promise<void> {
  const clients = startClients(stage.server.url, stage.keys.ingest, CLIENTS)
  const stopFolding = keepFolding()
  try {
    for (let n = 0; n < KILLS; n++) {
      await untilProgress(clients)
      await kill()
    }
  } catch (error) {
    clients.abandon()
    throw error
  } finally {
    stopFolding()
  }
  const ledger = await clients.finish()
  expect(ledger.retries).toBeGreaterThan(KILLS)
  expect(ledger.poisoned.length).toBeGreaterThan(KILLS)
  await untilFolded(stage.db.sql)
  await expectNothingLostOrDoubled(stage.db.sql, ledger)
  expect(await stage.server.stop()).toBe(0)
}

async function untilProgress(clients: Clients): Promise<void> {
  const enough = clients.acknowledged() + PROGRESS
  await expect.poll(() => clients.acknowledged(), { timeout: 60_000, interval: 20 }).toBeGreaterThan(enough)
  await sleep(Math.random() * 600)
}

/** Runs the fold over and over, so that kills come in the middle of it. */
function keepFolding(): () => void {
  let on = true
  const { server, keys } = stage
  const headers = { authorization: `Bearer ${keys.act}` }
  const fold = async () => {
    for (; on; await sleep(100)) {
      const response = await fetch(`${server.url}/api/jobs/fold/run`, { method: 'POST', headers }).catch(
        () => undefined,
      )
      await response?.body?.cancel()
    }
  }
  void fold()
  return () => {
    on = false
  }
}
