import { benchAlerts } from './alerts.ts'
import { benchBrowsing } from './browsing.ts'
import { benchCatalogue } from './catalogue.ts'
import { Client } from './client.ts'
import { traffic } from './events.ts'
import { benchHealth } from './health.ts'
import { benchListing } from './listing.ts'
import { timed } from './measure.ts'
import { benchPages } from './pages.ts'
import { benchPercentiles } from './percentiles.ts'
import { benchPolling } from './polling.ts'
import { benchRebuilding } from './rebuilding.ts'
import { keep, line, type Result, verdictOf } from './report.ts'
import { startHello, startServer } from './server.ts'
import { benchServing } from './serving.ts'
import { type Bench, openBench } from './setup.ts'
import { benchSize } from './size.ts'
import { benchSyncing } from './syncing.ts'
import { benchWriting, writeAll } from './writing.ts'

/**
 * npm run bench: everything in one run, on a Postgres of its own. BENCH_EVENTS sets the size, BENCH_ONLY=health,alerts
 * runs parts, and BENCH_DATA_DIR keeps the database for further runs of the same size.
 */
const EVENTS = Number(process.env.BENCH_EVENTS ?? 300_000)
const ONLY = (process.env.BENCH_ONLY ?? '').split(',').filter(Boolean)
const HISTORY_MS = 90 * 86_400_000
const results: Result[] = []

function tell(...found: Result[]): void {
  results.push(...found)
  for (const result of found) console.log(line(result))
}

async function fill(bench: Bench): Promise<void> {
  if (bench.filled) return
  const until = new Date()
  const from = new Date(until.getTime() - HISTORY_MS)
  const written = await timed(() => writeAll(bench, traffic({ events: EVENTS, users: bench.users, from, until })))
  const folded = await timed(() => bench.fold())
  await bench.db.heavy`analyze`
  bench.noteFilled()
  console.log(`${EVENTS} events of 90 days: written in ${seconds(written)}, folded in ${seconds(folded)}`)
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

type Parties = Parameters<typeof benchServing>[0] & Parameters<typeof benchPages>[0]
type Part<P> = [name: string, run: (party: P) => Promise<Result | Result[] | undefined>]

/** Without BENCH_ONLY all of them, in their order. */
async function runParts<P>(parts: Part<P>[], party: P): Promise<void> {
  for (const [name, run] of parts.filter(wanted)) {
    const found = [(await run(party)) ?? []].flat()
    if (found.length === 0) console.log(`${name}: not measured, it takes /proc, a browser (CHROMIUM_PATH) or quiet.`)
    tell(...found)
  }
}

const wanted = ([name]: readonly [string, ...unknown[]]): boolean => ONLY.length === 0 || ONLY.includes(name)

/**
 * What needs no server, so that nothing else folds or asks meanwhile. The catalogue comes before the others fill the
 * running day with more than a product has in a month of days; they then find a product in which every card shows
 * something, its past days closed.
 */
const DATABASE_PARTS: Part<Bench>[] = [
  ['size', benchSize],
  ['catalogue', benchCatalogue],
  ['alerts', benchAlerts],
  ['writing', benchWriting],
  ['rebuilding', benchRebuilding],
  ['percentiles', benchPercentiles],
  ['health', benchHealth],
  ['syncing', benchSyncing],
  ['listing', benchListing],
]

const SERVER_PARTS: Part<Parties>[] = [
  ['serving', benchServing],
  ['pages', benchPages],
  [
    'memory',
    async ({ server }) => ({
      name: 'RSS after load, MB',
      value: server.rss(),
      target: 200,
      floor: 300,
      better: 'less',
    }),
  ],
  ['polling', benchPolling],
  ['browsing', ({ server }) => benchBrowsing(server)],
]

async function benchServer(bench: Bench): Promise<void> {
  if (!SERVER_PARTS.some(wanted)) return
  const [server, hello, client] = [await startServer(bench), await startHello(), new Client()]
  try {
    await runParts(SERVER_PARTS, { bench, server, client, helloUrl: `${hello.url}/` })
  } finally {
    client.close()
    await hello.stop()
    await server.stop()
  }
}

const known = [...DATABASE_PARTS, ...SERVER_PARTS].map(([name]) => name)
const unknown = ONLY.filter((name) => !known.includes(name))
if (unknown.length > 0) throw new Error(`BENCH_ONLY has ${unknown.join(', ')}; there are ${known.join(', ')}.`)

const started = performance.now()
const bench = await openBench(EVENTS, process.env.BENCH_DATA_DIR)
try {
  await fill(bench)
  await runParts(DATABASE_PARTS, bench)
  await benchServer(bench)
} finally {
  await bench.close()
}
if (results.length > 0) console.log(keep(results, EVENTS, (performance.now() - started) / 60_000))
process.exit(results.some((result) => verdictOf(result) === 'BELOW THE FLOOR') ? 1 : 0)
