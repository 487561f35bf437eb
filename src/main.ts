import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createApp } from './app.tsx'
import { setupLink } from './auth/setup.ts'
import { noteSettings } from './backfill/same-settings.ts'
import type { Config } from './config.ts'
import type { Deps } from './context.ts'
import { openCore } from './core.ts'
import { startDelivery } from './delivery/deliver.ts'
import { ensureDayZone } from './jobs/day-zone.ts'
import { startScheduler } from './jobs/scheduler.ts'
import { keepHeapSmall } from './lib/heap.ts'
import { createLog } from './lib/log.ts'
import { startSources } from './sources/start.ts'

/** A server that runs. */
export interface Running {
  deps: Deps
  /** Where it listens, on this machine. */
  url: string
  /** Takes no more requests, finishes what runs, commits what was taken, and ends everything that was started. */
  stop: () => Promise<void>
}

const DRAIN_MS = 10_000

/** Boots Quarterdeck. */
export async function start(config: Config): Promise<Running> {
  keepHeapSmall()
  const log = createLog(config.logLevel)
  const core = await openCore(config, log, { watch: true })
  const app = createApp(core.deps)
  const server = await ensureDayZone(core.deps)
    .then(() => listen(app.fetch, config))
    .catch(async (error: Error) => {
      await core.close()
      throw error
    })
  await noteSettings(core.deps)
  const scheduler = startScheduler(core.deps)
  const sources = await startSources(core.deps)
  const delivery = startDelivery(core.deps)
  // Many sessions take a second to be read: the first who looks need not be the one that waits.
  core.deps.redis?.sessions.get().catch(() => {})
  const url = addressOf(server, config)
  log.info({ url }, 'listening')
  return {
    deps: core.deps,
    url,
    async stop() {
      await drain(server)
      await scheduler.stop()
      await sources.stop()
      await delivery.stop()
      await core.close()
      log.info('stopped')
    },
  }
}

/** What a person who just started it wants to know. */
export async function greet({ deps, url }: Running): Promise<void> {
  const link = await setupLink(deps)
  process.stdout.write(`\n  Quarterdeck is at ${deps.config.baseUrl || url}\n`)
  if (link) process.stdout.write(`  Make the first account here (once, within a day): ${link}\n`)
  process.stdout.write('\n')
}

/** Runs until SIGINT or SIGTERM; a second signal does not wait. */
export function stopOnSignal({ deps, stop }: Running): void {
  let stopping = false
  const shutDown = async (why: string, code: number) => {
    if (stopping) process.exit(1)
    stopping = true
    deps.log.info({ why }, 'stopping')
    try {
      await stop()
    } catch (error) {
      deps.log.error({ err: error }, 'did not stop cleanly')
      process.exit(1)
    }
    process.exit(code)
  }
  process.on('SIGTERM', () => void shutDown('SIGTERM', 0))
  process.on('SIGINT', () => void shutDown('SIGINT', 0))
  // Some promise that nobody waited for, most often of a query while Postgres was away: told, but no reason to end.
  process.on('unhandledRejection', (error) => deps.log.error({ err: error }, 'unhandled rejection'))
  process.on('uncaughtException', (error) => {
    deps.log.fatal({ err: error }, 'uncaught exception')
    void shutDown('uncaught exception', 1)
  })
}

async function listen(fetch: Parameters<typeof serve>[0]['fetch'], { port, host }: Config): Promise<Server> {
  const server = serve({ fetch, port, hostname: host }) as Server
  if (!server.listening) await once(server, 'listening')
  return server
}

function addressOf(server: Server, { host }: Config): string {
  const { port } = server.address() as AddressInfo
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

async function drain(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearTimeout(late)
}
