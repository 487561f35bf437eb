import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createMainApp, type MainAppOptions } from './app.tsx'

export interface ServedApp {
  url: string
  port: number
  close: () => Promise<void>
}

/** Serves the app on the loopback; port 0 is any that is free. */
export async function serveMainApp(options: Omit<MainAppOptions, 'home'>, wantedPort: number): Promise<ServedApp> {
  let url = ''
  const app = createMainApp({ ...options, home: () => url })
  const server = serve({ fetch: app.fetch, port: wantedPort, hostname: '127.0.0.1' }) as Server
  if (!server.listening) await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
