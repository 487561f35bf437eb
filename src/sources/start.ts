import { startLogs } from '../connectors/logs.ts'
import type { Deps } from '../context.ts'
import { watchDatabase } from './database-watch.ts'
import { startDoorMinutes } from './door-minutes.ts'
import { startIntakeDays } from './intake-days.ts'
import { startRecorder } from './recorder.ts'

/** Starts what looks after the sources without being asked: their states, the counts of the doors, the log files. */
export async function startSources(deps: Deps): Promise<{ stop: () => Promise<void> }> {
  const recorder = await startRecorder(deps)
  const parts = [watchDatabase(deps), startDoorMinutes(deps), startIntakeDays(deps), startLogs(deps)]
  return {
    async stop() {
      await Promise.all(parts.map((part) => part.stop()))
      // Last: the others may still report.
      await recorder.stop()
    },
  }
}
