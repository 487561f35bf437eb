import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Answer {
  status: number
  etag: string | undefined
  bytes: number
}

/** One keep-alive connection that sends a request at a time: a tenth of what fetch costs, on the cores it shares. */
export class Connection {
  #answered: ((answer: Answer) => void) | undefined
  #failed: ((error: Error) => void) | undefined
  #read = Buffer.alloc(0)

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk])
      this.#finish()
    })
    socket.on('error', (error) => this.#failed?.(error))
    socket.on('close', () => this.#failed?.(new Error('the server closed the connection')))
  }

  static async open(url: URL): Promise<Connection> {
    const socket = connect(Number(url.port), url.hostname)
    await once(socket, 'connect')
    return new Connection(socket)
  }

  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve
      this.#failed = reject
      this.socket.write(request)
    })
  }

  close(): void {
    this.#failed = undefined
    this.socket.destroy()
  }

  #finish(): void {
    const end = this.#read.indexOf('\r\n\r\n')
    if (end === -1) return
    const head = this.#read.toString('latin1', 0, end)
    const status = Number(head.slice(9, 12))
    if (!isWhole(head, status, this.#read, end + 4)) return
    const etag = /^etag: *(.+?)\r?$/im.exec(head)?.[1]
    const bytes = this.#read.length
    this.#read = Buffer.alloc(0)
    this.#answered?.({ status, etag, bytes })
  }
}

function isWhole(head: string, status: number, read: Buffer, body: number): boolean {
  if (status === 304 || status === 204) return true
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length !== undefined) return read.length >= body + Number(length)
  return read.subarray(-5).toString('latin1') === '0\r\n\r\n'
}
