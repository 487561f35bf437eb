/**
 * A process that delivers what is due, with the settings of its environment, up to the point that its argument names:
 * there it says so and waits to be killed.
 */
import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import { openCore } from '../../src/core.ts'
import { claimDue } from '../../src/delivery/claim.ts'
import { deliverDue } from '../../src/delivery/deliver.ts'
import { sendClaimed } from '../../src/delivery/send.ts'

const { deps } = await openCore(loadConfig(process.env), pino({ level: 'silent' }))
const upTo = process.argv[2]
if (upTo === 'recorded') await deliverDue(deps)
else {
  const claimed = await claimDue(deps.db.sql, 8)
  if (upTo === 'sent') for (const one of claimed) await sendClaimed(deps, one)
}
console.log(upTo)
setInterval(() => {}, 1000)
