import { loadConfig, settings } from '../config.ts'
import { mistypedNames } from '../env-names.ts'
import { createLog } from '../lib/log.ts'
import { greet, start as startServer, stopOnSignal } from '../main.ts'
import type { Command } from './command.ts'

export const start: Command = {
  name: 'start',
  usage: '',
  doc: 'Runs the dashboard. Settings come from the environment.',
  async run() {
    const config = loadConfig(process.env)
    const log = createLog(config.logLevel)
    for (const { given, meant } of mistypedNames(process.env, Object.keys(settings)))
      log.warn({ given, meant }, `${given} is not a setting, and nobody reads it: ${meant} is one`)
    const running = await startServer(config)
    stopOnSignal(running)
    await greet(running)
    return undefined
  },
}
