import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'

export interface MailServer {
  url: string
  /** What came, whole. */
  mails: string[]
  /** The next mail, or one that is there. */
  next(): Promise<string>
  close(): Promise<void>
}

/** A mail server that takes everything: enough of RFC 5321 for one client at a time. */
export async function mailServer(): Promise<MailServer> {
  const mails: string[] = []
  const waiting: ((mail: string) => void)[] = []
  const server = createServer((socket) =>
    talk(socket, (mail) => (waiting.length > 0 ? waiting.shift()?.(mail) : mails.push(mail))),
  )
  await listen(server)
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    next: () => {
      const mail = mails.shift()
      return mail === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(mail)
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

const listen = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))

function talk(socket: Socket, take: (mail: string) => void): void {
  let held = ''
  let isData = false
  const say = (line: string) => socket.write(`${line}\r\n`)
  say('220 test')
  socket.on('data', (chunk) => {
    held += chunk.toString('utf8')
    for (;;) {
      const end = isData ? held.indexOf('\r\n.\r\n') : held.indexOf('\r\n')
      if (end < 0) return
      const text = held.slice(0, end)
      held = held.slice(end + (isData ? 5 : 2))
      if (isData) take(text)
      isData = !isData && /^data$/i.test(text)
      if (/^quit$/i.test(text)) socket.end('221 bye\r\n')
      else say(isData ? '354 go on' : '250 ok')
    }
  })
  socket.on('error', () => socket.destroy())
}
