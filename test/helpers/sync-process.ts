/**
 * A process that syncs once, with the settings of its environment. After so many writes have committed as its argument
 * says, and before how far it is has been stored, it says so and waits to be killed.
 */
import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import { syncAll } from '../../src/connectors/sync.ts'
import { openCore } from '../../src/core.ts'

const core = await openCore(loadConfig(process.env), pino({ level: 'silent' }))
const write = core.deps.writer.write.bind(core.deps.writer)
let left = Number(process.argv[2])
core.deps.writer.write = async (facts, meta) => {
  const outcome = await write(facts, meta)
  if (--left > 0) return outcome
  console.log('committed')
  return await new Promise(() => setInterval(() => {}, 1000))
}
await syncAll(core.deps, { force: true })
await core.close()
