import { ConfigError } from '../config.ts'
import type { Deps } from '../context.ts'
import { addDays, today } from '../lib/time.ts'
import type { Running } from '../main.ts'
import { type Access, ensureAccess, saveAccess } from './access.ts'
import { forgetAlerts, raisePastAlerts } from './alerts.ts'
import { keepBooks } from './books.ts'
import { openChannels } from './channels.ts'
import { DoorsClient } from './client.ts'
import { fill } from './fill.ts'
import { LiveTraffic } from './live.ts'
import { ProductLogs } from './logs.ts'
import { startDemoMainApp } from './main-app.ts'
import { startProduct } from './product.ts'
import { progressBar } from './progress.ts'
import { markReleases } from './releases.ts'
import { sizeOf } from './size.ts'
import { type DemoState, loadState } from './state.ts'
import { Timeline } from './timeline.ts'
import { openHistoryWriter } from './writer.ts'

/**
 * Makes a running Quarterdeck the dashboard of the simulated product: its history on the first start, then its live
 * traffic over HTTP. Answers how to stop the traffic.
 */
export async function runDemo(running: Running, env = process.env): Promise<{ stop: () => Promise<void> }> {
  try {
    return await begin(running, env)
  } catch (error) {
    await running.stop()
    throw error
  }
}

async function begin({ deps, url }: Running, env: NodeJS.ProcessEnv) {
  adaptSettings(deps, env)
  const size = sizeOf(env)
  await refuseForeignData(deps)
  const access = await ensureAccess(deps)
  const product = await startProduct(access.productPort)
  await saveAccess(deps, { ...access, productPort: product.port })
  // Its port is known only now, and the probes read the setting each minute.
  deps.config.probeUrls.push(product.url)
  const begun = await loadState(deps, size, deps.now())
  const timeline = new Timeline(begun, product.url)
  const isNew = begun.writtenToMs === null
  // Before the history: it is converted as it is folded.
  if (isNew) await keepBooks(deps, timeline.firstMs)
  const state = isNew ? await fillHistory(deps, timeline, begun) : begun
  if (isNew) await forgetAlerts(deps)
  await openChannels(deps, product.url)
  if (isNew) await raisePastAlerts(deps)
  await markReleases(deps, timeline.firstMs)
  const logs = env.LOG_FILES ? undefined : new ProductLogs(deps.config.dataDir)
  if (isNew) logs?.writeHistory(timeline, state.writtenToMs ?? deps.now().getTime())
  const mainApp = env.MAIN_APP_URL
    ? undefined
    : await startDemoMainApp(deps, access.mainAppPort, (facts) => live.add(facts))
  if (mainApp) {
    Object.assign(deps.config, { mainAppUrl: mainApp.url, mainAppSecret: mainApp.secret })
    await saveAccess(deps, { ...access, productPort: product.port, mainAppPort: mainApp.port })
  }
  const live = new LiveTraffic(deps, timeline, new DoorsClient(url, access.key), state, logs, mainApp)
  live.start()
  greet(deps, url, access, mainApp?.url)
  return {
    async stop() {
      await live.stop()
      await mainApp?.close()
      await product.close()
    },
  }
}

/** Where the environment says nothing else: a quiet terminal, and a target that fits calls which wait for a model. */
function adaptSettings({ config, log }: Deps, env: NodeJS.ProcessEnv): void {
  if (!env.LOG_LEVEL) log.level = 'warn'
  // A site that is online is what people come for.
  if (!env.ACTIVATION_EVENTS) Object.assign(config, { activationEvents: ['site_deployed'] })
  // The team's chat is part of the simulated product, on the loopback.
  if (!env.ALLOW_PRIVATE_WEBHOOKS) Object.assign(config, { allowPrivateWebhooks: true })
  if (!env.TARGET_P95_MS) Object.assign(config, { targetP95Ms: 12_000 })
}

/** The demo writes thousands of invented users: never into a database that holds others. */
async function refuseForeignData({ db }: Deps): Promise<void> {
  const [row] = await db.sql<{ foreign: boolean }[]>`
    select not exists (select from settings where key = 'demo')
      and (exists (select from users) or exists (select from events) or exists (select from api_calls)) as foreign`
  if (row?.foreign)
    throw new ConfigError([
      'DATABASE_URL or DATA_DIR names a database with facts of its own: the demo needs an empty one',
    ])
}

async function fillHistory(deps: Deps, timeline: Timeline, state: DemoState): Promise<DemoState> {
  const { users, days } = state
  process.stderr.write(`\n  Simulating ${days} days of a product with ${users.toLocaleString('en')} users …\n`)
  const { writer, close } = await openHistoryWriter(deps, timeline.world.calendar)
  try {
    return (await fill({ ...deps, writer }, timeline, state, progressBar('  Acme Studio'))).state
  } finally {
    await close()
  }
}

function greet({ config, now }: Deps, url: string, { email, password, key }: Access, mainAppUrl = ''): void {
  const home = config.port === 0 ? url : config.baseUrl
  const to = today(now(), config.timeZone)
  const range = `from=${addDays(to, -6)}&to=${to}`
  process.stdout.write(`
  Quarterdeck shows Acme Studio at ${home}

    e-mail     ${email}
    password   ${password}
    API key    ${key}  (read, ingest)${mainAppUrl && `\n    main app   ${mainAppUrl}  (what actions on users do is seen here)`}

  curl -u "${key}:" "${url}/api/metrics/summary?metrics=users.dau,revenue.mrr,ai.cost&${range}"
  curl -u "${key}:" "${url}/exports/metrics.csv?metrics=users.dau,ai.requests&${range}"
  curl -u "${key}:" -H "content-type: application/json" -d '{"name":"hello","user_id":"you"}' ${url}/ingest/events

`)
}
