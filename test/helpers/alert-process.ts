/**
 * A process that checks the alert rules once and delivers what is due, with the settings of its environment, and says
 * so; it stays until it is killed.
 */
import { pino } from 'pino'
import { evaluateAlerts } from '../../src/alerts/evaluate.ts'
import { loadConfig } from '../../src/config.ts'
import { openCore } from '../../src/core.ts'
import { deliverDue } from '../../src/delivery/deliver.ts'

const { deps } = await openCore(loadConfig(process.env), pino({ level: 'silent' }))
await evaluateAlerts(deps, deps.now())
while ((await deliverDue(deps)) > 0);
console.log('delivered')
setInterval(() => {}, 1000)
