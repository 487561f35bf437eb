import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Family } from './text.ts'

const EVERY_MS = 20
/** Counts all the time, at some µs a tick; read and set back by each scrape. */
const delays = monitorEventLoopDelay({ resolution: EVERY_MS })
delays.enable()

/** This process, under the names which dashboards for Node look for. */
export function processFamilies(): Family[] {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  const lag = lagSeconds()
  return [
    counter('process_cpu_user_seconds_total', 'CPU time spent in user mode.', user / 1e6),
    counter('process_cpu_system_seconds_total', 'CPU time spent in the kernel.', system / 1e6),
    counter('process_cpu_seconds_total', 'CPU time spent.', (user + system) / 1e6),
    gauge('process_start_time_seconds', 'When the process started, since the epoch.', STARTED_S),
    gauge('process_resident_memory_bytes', 'Resident memory.', rss),
    gauge('process_open_fds', 'Open file descriptors.', openFiles()),
    gauge('nodejs_heap_size_used_bytes', 'Heap in use.', heapUsed),
    gauge('nodejs_heap_size_total_bytes', 'Heap reserved.', heapTotal),
    gauge('nodejs_external_memory_bytes', 'Memory outside of the heap that it holds on to.', external),
    gauge('nodejs_eventloop_lag_mean_seconds', 'How late timers were on average since the last scrape.', lag.mean),
    gauge('nodejs_eventloop_lag_p99_seconds', 'How late 1 % of timers were at least, since the last scrape.', lag.p99),
    gauge('nodejs_eventloop_lag_max_seconds', 'How late the latest timer was since the last scrape.', lag.max),
    {
      name: 'nodejs_version_info',
      help: 'The version of Node.js.',
      type: 'gauge',
      samples: [{ labels: { version: process.version }, value: 1 }],
    },
  ]
}

const STARTED_S = Math.round(Date.now() / 1_000 - process.uptime())

function lagSeconds(): Record<'mean' | 'p99' | 'max', number | undefined> {
  if (delays.count === 0) return { mean: undefined, p99: undefined, max: undefined }
  const found = { mean: late(delays.mean), p99: late(delays.percentile(99)), max: late(delays.max) }
  delays.reset()
  return found
}

/** It measures from tick to tick, the time that it waits for included. */
const late = (ns: number): number => Math.max(0, ns / 1e9 - EVERY_MS / 1e3)

/** Where the system tells; not everywhere. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}

const one =
  (type: Family['type']) =>
  (name: string, help: string, value: number | undefined): Family => ({
    name,
    help,
    type,
    samples: value === undefined ? [] : [{ value }],
  })
const gauge = one('gauge')
const counter = one('counter')
