import { addDays, today } from '../../src/lib/time.ts'
import { livePathOf } from '../../src/page.ts'
import overview from '../../views/pages/overview.tsx'
import type { Client, LoadResult } from './client.ts'
import { median, medianRatio, ROUNDS } from './measure.ts'
import type { Result } from './report.ts'
import type { Server } from './server.ts'
import type { Bench } from './setup.ts'

const REQUESTS = 300
/** A server that has been up for a minute is compiled; a cold one takes three times as long for a poll. */
const WARM_UP = 3000
const COLD_LOADS = 8
/** Where the Overview's live part answers. */
const LIVE = livePathOf(overview)

interface Viewing {
  bench: Bench
  server: Server
  client: Client
  helloUrl: string
}

/** One admin's requests, one after the other: the Overview against SELECT 1, an unchanged poll against hello-world. */
export async function benchPages({ bench, server, client, helloUrl }: Viewing): Promise<Result[]> {
  const p50: Record<'select' | 'page' | 'fragment' | 'poll' | 'hello' | 'cold', number[]> = {
    select: [],
    page: [],
    fragment: [],
    poll: [],
    hello: [],
    cold: [],
  }
  const headers = { Cookie: server.cookie, 'Accept-Encoding': 'gzip' }
  const get = (path: string, requests = REQUESTS, polls = false) =>
    client.send({ url: server.url + path, connections: 1, headers, requests, polls })
  const hello = (requests = REQUESTS) => client.send({ url: helloUrl, connections: 1, requests })
  await get(LIVE, WARM_UP, true)
  await get('/dashboard', WARM_UP / 10)
  await hello(WARM_UP)
  let polled: LoadResult | undefined
  for (let round = 0; round < ROUNDS; round++) {
    p50.select.push(await selectOne(bench))
    p50.page.push((await get('/dashboard')).p50)
    p50.fragment.push((await get(LIVE)).p50)
    p50.hello.push((await hello()).p50)
    polled = await get(LIVE, REQUESTS, true)
    p50.poll.push(polled.p50)
    p50.cold.push(await coldLoad(bench, (path) => get(path, 1), round))
  }
  const ms = (all: number[]) => `${median(all).toFixed(2)} ms`
  return [
    {
      name: 'Overview ÷ SELECT 1',
      value: medianRatio(p50.page, p50.select),
      target: 40,
      floor: 80,
      better: 'less',
      note: `page ${ms(p50.page)}, its fragment ${ms(p50.fragment)}, nothing cached ${ms(p50.cold)}; SELECT 1 ${ms(p50.select)}`,
    },
    {
      name: 'unchanged poll ÷ hello-world',
      value: medianRatio(p50.poll, p50.hello),
      target: 1.3,
      floor: 2,
      better: 'less',
      note: `${ms(p50.poll)}, ${polled?.statuses['304']} of ${REQUESTS} unchanged; hello ${ms(p50.hello)}`,
    },
  ]
}

async function selectOne({ db }: Bench): Promise<number> {
  const took: number[] = []
  for (let n = 0; n < REQUESTS; n++) {
    const started = performance.now()
    await db.sql`select 1`
    took.push(performance.now() - started)
  }
  return median(took)
}

/** Ranges that nobody asked for before, so that no card is in any cache. */
async function coldLoad({ config }: Bench, get: (path: string) => Promise<LoadResult>, round: number): Promise<number> {
  const to = today(new Date(), config.timeZone)
  const took: number[] = []
  for (let n = 0; n < COLD_LOADS; n++) {
    const from = addDays(to, -30 - round * COLD_LOADS - n)
    took.push((await get(`/dashboard?range=custom&from=${from}&to=${to}`)).p50)
  }
  return median(took)
}
