import { loadConfig } from '../config.ts'
import { DEMO_DATA_DIR } from '../db/where.ts'
import { demoLogSettings } from '../demo/logs.ts'
import { runDemo } from '../demo/run.ts'
import { start, stopOnSignal } from '../main.ts'
import type { Command } from './command.ts'

export const demo: Command = {
  name: 'demo',
  usage: '',
  doc: 'Runs the dashboard of a simulated product. DEMO_USERS and DEMO_DAYS scale it; its data is kept in .demo.',
  async run() {
    const dataDir = process.env.DATA_DIR || DEMO_DATA_DIR
    const settings = { ...process.env, ...demoLogSettings(process.env, dataDir), DATA_DIR: dataDir }
    const running = await start(loadConfig(settings))
    let stopDemo = async () => {}
    stopOnSignal({
      ...running,
      async stop() {
        await stopDemo()
        await running.stop()
      },
    })
    stopDemo = (await runDemo(running)).stop
    return undefined
  },
}
