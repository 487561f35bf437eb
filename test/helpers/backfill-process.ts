/**
 * A process that backfills what its arguments say, with the settings of its environment. After so many days as the
 * first argument says have been stored, and before that has been noted, it says so and waits to be killed.
 */
import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import { openCore } from '../../src/core.ts'
import backfill from '../../src/jobs/backfill.ts'
import type { DayRange } from '../../src/jobs/define.ts'
import { startRun } from '../../src/jobs/runner.ts'

const [after, range, now] = process.argv.slice(2) as [string, string, string]
const core = await openCore(loadConfig(process.env), pino({ level: 'silent' }))
const deps = { ...core.deps, now: () => new Date(now) }
const waiting = {
  ...backfill,
  run: (context: Parameters<typeof backfill.run>[0]) => {
    const { progress } = context.run
    context.run.progress = async (done, total, note) => {
      if (done < Number(after)) return progress(done, total, note)
      console.log('stored')
      return await new Promise(() => setInterval(() => {}, 1000))
    }
    return backfill.run(context)
  },
}
const started = await startRun(deps, waiting, { slot: new Date(), startedBy: 'test' }, JSON.parse(range) as DayRange)
if (started.state === 'started') console.log(await started.done)
await core.close()
