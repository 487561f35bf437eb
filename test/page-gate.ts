import type { AddressInfo } from 'node:net'
import { createServer, connect as dial, type Socket } from 'node:net'
import { connect, type Db } from '../src/db/connect.ts'

/** A database that can be cut off and given back: a door on loopback before the real one. */
export interface Gate {
  db: Db
  cut(): void
  mend(): Promise<void>
  close(): Promise<void>
}

export async function openGate(url: string): Promise<Gate> {
  const target = new URL(url)
  const pairs = new Set<Socket>()
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname)
    for (const socket of [near, far]) {
      pairs.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        pairs.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String(port)
  const db = connect(through.href)
  const cut = () => {
    server.close()
    for (const socket of pairs) socket.destroy()
  }
  return {
    db,
    cut,
    mend: () => listen(port),
    async close() {
      await db.close()
      cut()
    },
  }
}
