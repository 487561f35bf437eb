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

/** npm run bench: everything in one run, on a Postgres of its own. BENCH_EVENTS sets the size. */
const EVENTS = Number(process.env.BENCH_EVENTS ?? 300_000)
const HISTORY_MS = 90 * 86_400_000
const results: Result[] = []

function tell(...found: Result[]): void {
  results.push(...found)
  for (const result of found) console.log(line(result))
}

async function fill(bench: Bench): Promise<void> {
  const until = new Date()
  const from = new Date(until.getTime() - HISTORY_MS)
  const written = await timed(() => writeAll(bench, traffic({ events: EVENTS, users: bench.users, from, until })))
  const folded = await timed(() => bench.fold())
  await bench.db.heavy`analyze`
  console.log(`${EVENTS} events of 90 days: written in ${seconds(written)}, folded in ${seconds(folded)}`)
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** What needs no server, so that nothing else folds or asks meanwhile. */
async function benchDatabase(bench: Bench): Promise<void> {
  tell(await benchSize(bench))
  // Before the others fill the running day with more than a product has in a month of days; they then find a product in
  // which every card shows something, its past days closed.
  tell(await benchCatalogue(bench))
  tell(await benchAlerts(bench))
  tell(...(await benchWriting(bench)))
  tell(await benchRebuilding(bench))
  tell(await benchPercentiles(bench))
  tell(...(await benchHealth(bench)))
  tell(await benchSyncing(bench))
  tell(...(await benchListing(bench)))
}

async function benchServer(bench: Bench): Promise<void> {
  const [server, hello, client] = [await startServer(bench), await startHello(), new Client()]
  try {
    const parties = { bench, server, client, helloUrl: `${hello.url}/` }
    tell(...(await benchServing(parties)))
    tell(...(await benchPages(parties)))
    tell({ name: 'RSS after load, MB', value: server.rss(), target: 200, floor: 300, better: 'less' })
    const polled = await benchPolling(parties)
    if (polled) tell(polled)
    else console.log('What polls cost was not measured: it takes /proc and a quiet machine.')
    const browsed = await benchBrowsing(server)
    if (browsed) tell(...browsed)
    else console.log('No chromium here (CHROMIUM_PATH): the browser was not measured.')
  } finally {
    client.close()
    await hello.stop()
    await server.stop()
  }
}

const started = performance.now()
const bench = await openBench(EVENTS)
try {
  await fill(bench)
  await benchDatabase(bench)
  await benchServer(bench)
} finally {
  await bench.close()
}
console.log(keep(results, EVENTS, (performance.now() - started) / 60_000))
process.exit(results.some((result) => verdictOf(result) === 'BELOW THE FLOOR') ? 1 : 0)
