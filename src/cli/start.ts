import { loadConfig } from '../config.ts'
import { greet, start as startServer, stopOnSignal } from '../main.ts'
import type { Command } from './command.ts'

export const start: Command = {
  name: 'start',
  usage: '',
  doc: 'Runs the dashboard. Settings come from the environment.',
  async run() {
    const running = await startServer(loadConfig(process.env))
    stopOnSignal(running)
    await greet(running)
    return undefined
  },
}
