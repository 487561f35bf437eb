import { randomBytes } from 'node:crypto'
import { exampleStore } from '../examples/main-app/cast.ts'
import { type Told, userFact } from '../examples/main-app/facts.ts'
import { learn } from '../examples/main-app/learn.ts'
import { startSender } from '../examples/main-app/sender.ts'
import { serveMainApp } from '../examples/main-app/serve.ts'
import { type Command, UsageError } from './command.ts'

const DEFAULT_PORT = 4100

export const exampleMainApp: Command = {
  name: 'example main-app',
  usage: '[--port N] [--send-to URL --key KEY]',
  doc: 'Runs a small product that answers actions, as a model for one’s own. MAIN_APP_SECRET is what both sides sign with; without it one is made and printed. With --send-to it tells Quarterdeck what happens.',
  options: {
    port: { type: 'string', doc: `where it listens on the loopback, ${DEFAULT_PORT} unless said otherwise` },
    'send-to': { type: 'string', doc: 'the address of Quarterdeck, whose doors are told what happens' },
    key: { type: 'string', doc: 'a key of Quarterdeck with the scope ingest' },
  },
  async run({ option }) {
    const port = portOf(option('port'))
    const [url, key] = [option('send-to'), option('key')]
    if ((url === undefined) !== (key === undefined))
      throw new UsageError('example main-app: --send-to and --key go together')
    const secret = process.env.MAIN_APP_SECRET || randomBytes(24).toString('base64url')
    const now = () => new Date()
    const store = exampleStore(now().getTime())
    const told = ({ kind, row, atMs }: Told) => learn(store, kind, row, atMs)
    const sender = url !== undefined && key !== undefined ? startSender(url.replace(/\/+$/, ''), key, told) : undefined
    const app = await serveMainApp(
      { store, secret, name: 'Example product', now, tell: (facts) => sender?.send(facts) },
      port,
    )
    sender?.send([...store.users.values()].map((user) => userFact(user, now().getTime())))
    process.stdout.write(
      `\n  The example product is at ${app.url}\n\n  MAIN_APP_URL=${app.url}\n  MAIN_APP_SECRET=${secret}\n\n`,
    )
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    })
    sender?.stop()
    await app.close()
    return 0
  },
}

function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`example main-app: ${text} is no port`)
  return port
}
