import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Posted {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A receiver of webhooks, which answers as a test wants it to. */
export interface Receiver {
  url: string
  posted: Posted[]
  answer: (response: ServerResponse, posted: Posted) => void
  close: () => Promise<void>
}

export async function receiver(): Promise<Receiver> {
  const posted: Posted[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') }
    posted.push(one)
    self.answer(response, one)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const self: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    answer: (response) => void response.end('ok'),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
  return self
}
