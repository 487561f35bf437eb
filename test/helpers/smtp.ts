import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'

/** A mail as it came in. */
export interface Received {
  from: string
  to: string[]
  headers: Record<string, string>
  text: string
}

/** A mail server that speaks as much SMTP as a client needs, and answers as a test wants it to. */
export interface MailServer {
  url: string
  mails: Received[]
  /** By command (CONNECT, MAIL, RCPT, DATA, END): the reply instead of yes. */
  replies: Record<string, string>
  /** When nobody is connected any more. */
  idle: () => Promise<void>
  close: () => Promise<void>
}

/** `slowMs`: how long it takes for each answer. */
export async function mailServer(slowMs = 0): Promise<MailServer> {
  const mails: Received[] = []
  const replies: Record<string, string> = {}
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    converse(socket, replies, mails, slowMs)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    replies,
    async idle() {
      await Promise.all([...sockets].map((socket) => once(socket, 'close')))
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

function converse(socket: Socket, replies: Record<string, string>, mails: Received[], slowMs: number): void {
  let buffer = ''
  let mail: { from: string; to: string[]; data: string[] } = { from: '', to: [], data: [] }
  let inData = false
  const write = (text: string) => void (socket.writable && socket.write(`${text}\r\n`))
  const say = (text: string) => void (slowMs === 0 ? write(text) : setTimeout(() => write(text), slowMs))
  say(replies.CONNECT ?? '220 test ESMTP')

  const command = (line: string) => {
    const verb = line.slice(0, 4).toUpperCase()
    const address = /<([^>]*)>/.exec(line)?.[1] ?? ''
    if (verb === 'EHLO') return say('250-test\r\n250 8BITMIME')
    if (verb === 'QUIT') return socket.end('221 bye\r\n')
    if (replies[verb]) return say(replies[verb])
    if (verb === 'MAIL') mail = { from: address, to: [], data: [] }
    if (verb === 'RCPT') mail.to.push(address)
    if (verb !== 'DATA') return say('250 ok')
    inData = true
    say('354 go on')
  }
  const dataLine = (line: string) => {
    if (line !== '.') return mail.data.push(line.startsWith('..') ? line.slice(1) : line)
    inData = false
    if (replies.END) return say(replies.END)
    mails.push(parsed(mail))
    return say('250 2.0.0 taken')
  }
  socket.on('data', (chunk) => {
    buffer += chunk.toString('utf8')
    for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
      const line = buffer.slice(0, end)
      buffer = buffer.slice(end + 2)
      if (inData) dataLine(line)
      else command(line)
    }
  })
}

function parsed({ from, to, data }: { from: string; to: string[]; data: string[] }): Received {
  const blank = data.indexOf('')
  const unfolded = data
    .slice(0, blank)
    .join('\r\n')
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = Object.fromEntries(
    unfolded.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const body = data.slice(blank + 1).join('\n')
  const encoding = headers['content-transfer-encoding']
  const text =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? Buffer.from(
            body
              .replace(/=\n/g, '')
              .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
            'latin1',
          ).toString('utf8')
        : body
  return { from, to, headers, text }
}
