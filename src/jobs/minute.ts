import { evaluateAlerts } from '../alerts/evaluate.ts'
import { refuseUnread } from '../alerts/unread.ts'
import { runProbes } from '../connectors/probe.ts'
import type { Deps } from '../context.ts'
import { endDiscounts, expireSubscriptions } from '../facts/expire-subscriptions.ts'
import { refreshToday } from '../metrics/snapshot.ts'
import { pruneSources } from '../sources/prune.ts'
import { refreshUserStats } from '../users/stats.ts'
import { defineJob } from './define.ts'
import { pruneMinutes } from './retention.ts'
import { takeSamples } from './samples.ts'

export default defineJob({
  name: 'minute',
  schedule: '* * * * *',
  label: 'Live samples',
  doc: 'Samples queues, jobs, users online and this process, probes the configured URLs, ends subscriptions whose paid period is over, checks the alert rules, and keeps the row of today in usage_analytics_daily and the list of users up to date.',
  async run({ deps, now }) {
    // One part that fails does not keep the others from their work; the run fails at the end all the same.
    const results = await Promise.allSettled(parts(now).map((part) => part(deps, now)))
    const failed = results.filter((result) => result.status === 'rejected')
    if (failed.length > 0) throw failed[0]!.reason
    return undefined
  },
})

type Part = (deps: Deps, now: Date) => Promise<unknown>

/** After a large import the rest is for the minutes that follow. */
const refreshUsers: Part = (deps) => refreshUserStats(deps, { slices: 20 })

const checkAlerts: Part = async (deps, now) => refuseUnread((await evaluateAlerts(deps, now)).unread)

/** Live minutes are pruned once an hour: no index leads to them by time, so each pruning reads the whole table. */
function parts(now: Date): Part[] {
  const always: Part[] = [
    takeSamples,
    runProbes,
    expireSubscriptions,
    endDiscounts,
    refreshToday,
    refreshUsers,
    checkAlerts,
  ]
  return now.getUTCMinutes() === 0 ? [...always, pruneMinutes, pruneSources] : always
}
