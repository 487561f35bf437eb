import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A door before a server: while it is shut, who knocks is connected, and nothing of what they say is read. */
export interface Gate {
  url: string
  /** Resolves when somebody has knocked. */
  shut: () => Promise<void>
  open: () => void
  close: () => Promise<void>
}

export async function gate(to: string): Promise<Gate> {
  const sockets = new Set<Socket>()
  let knocked: (() => void) | undefined
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    if (knocked) return knocked()
    const behind = connect(Number(new URL(to).port), '127.0.0.1')
    behind.on('error', () => socket.destroy())
    socket.pipe(behind).pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut: () => new Promise((resolve) => (knocked = resolve)),
    open: () => (knocked = undefined),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
