import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface SimulatedProduct {
  url: string
  port: number
  close: () => Promise<void>
}

/**
 * Acme Studio itself, as far as an uptime probe can see it: a server on the loopback with /health, and what its team is
 * told by. The port it had
 * before is taken again if it is free, because the target's name is part of its history.
 */
export async function startProduct(wantedPort: number): Promise<SimulatedProduct> {
  const server = createServer(async (request, response) => {
    // The chat and the incident desk of its team.
    if (request.method === 'POST' && request.url?.startsWith('/hooks/')) return void response.end('ok')
    if (request.url !== '/health') return void response.writeHead(404).end()
    // A health check asks a database or two.
    await sleep(12 + Math.random() * 30)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok","service":"acme-studio"}\n')
  })
  const port = await listen(server, wantedPort).catch(() => listen(server, 0))
  return {
    url: `http://127.0.0.1:${port}/health`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
