import { readWorkers, type Worker } from '../connectors/workers.ts'
import { live, metrics } from './define.ts'
import type { About } from './metric.ts'
import { sampled } from './sampled.ts'

/** The machines that do the work; they belong to no tenant, so of one tenant they are unknown. */
export default metrics({
  'workers.cpu_healthy': workers('cpu', 'healthy', {
    label: 'CPU workers healthy',
    good: 'up',
    definition: 'CPU workers with a heartbeat within WORKER_TIMEOUT_S. Unknown where no worker reports.',
    action: 'Fewer than usual while jobs wait? Look at what the missing ones logged last.',
  }),
  'workers.cpu_unhealthy': workers('cpu', 'unhealthy', {
    label: 'CPU workers unhealthy',
    good: 'down',
    definition: 'CPU workers whose last heartbeat, of the last 15 minutes, is too old, or that say so themselves.',
    action: 'Restart them; if they fall silent again, look at their memory.',
    warn: 0,
  }),
  'workers.gpu_active': workers('gpu', 'active', {
    label: 'GPU workers active',
    good: 'neutral',
    definition: 'GPU workers with a fresh heartbeat that say they are working.',
    action: 'All active while the queue grows? Add instances.',
  }),
  'workers.gpu_idle': workers('gpu', 'idle', {
    label: 'GPU workers idle',
    good: 'down',
    definition: 'GPU workers with a fresh heartbeat that wait for work.',
    action: 'Idle for hours? They cost all the same: scale down.',
  }),
  'workers.gpu_offline': workers('gpu', 'offline', {
    label: 'GPU workers offline',
    good: 'down',
    definition: 'GPU workers without a heartbeat within WORKER_TIMEOUT_S, of those heard of in the last 15 minutes.',
    action: 'Spot instances? They were taken back: look at whether others came in their place.',
    warn: 0,
  }),
})

function workers(kind: Worker['kind'], state: Worker['state'], about: Omit<About, 'unit'>) {
  return live({
    ...about,
    unit: 'workers',
    ask: async (deps, scope) => {
      const all = scope === '*' ? await readWorkers(deps) : []
      if (all.length === 0) return null
      return all.filter((worker) => worker.kind === kind && worker.state === state).length
    },
    history: sampled(`workers.${kind}_${state}`, 'workers'),
  })
}
