import { loadConfig } from '../config.ts'
import { runDemo } from '../demo/run.ts'
import { start, stopOnSignal } from '../main.ts'
import type { Command } from './command.ts'

/** A folder of its own: the demo's figures never mix with real ones. */
const DEMO_DATA_DIR = '.demo'

export const demo: Command = {
  name: 'demo',
  usage: '',
  doc: 'Runs the dashboard of a simulated product. DEMO_USERS and DEMO_DAYS scale it; its data is kept in .demo.',
  async run() {
    const running = await start(loadConfig({ ...process.env, DATA_DIR: process.env.DATA_DIR || DEMO_DATA_DIR }))
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
