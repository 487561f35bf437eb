/** A process that reads a log file into the database, says when it has begun, and is killed. */

import { loadConfig } from '../../src/config.ts'
import { startLogs } from '../../src/connectors/logs.ts'
import { connect } from '../../src/db/connect.ts'
import { DoorCounts } from '../../src/facts/door-counts.ts'
import { createLog } from '../../src/lib/log.ts'
import { StateBook } from '../../src/lib/settle.ts'

const [url, path] = process.argv.slice(2) as [string, string]
const log = createLog('silent')
const now = () => new Date()
startLogs({
  config: loadConfig({ LOG_FILES: path, LOG_FROM: 'start' }),
  log,
  db: connect(url),
  book: new StateBook(log),
  redis: null,
  now,
  writer: { counts: new DoorCounts(now) } as never,
  fetch,
})
console.log('reading')
process.stdin.resume()
