import { Analytics } from '@segment/analytics-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let url: string
let key: string

beforeAll(async () => {
  t = await testApp()
  url = await t.listen()
  key = await t.key(['read', 'ingest'])
})
afterAll(() => t.close())

const get = async (path: string) => {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })
  expect(response.status).toBe(200)
  return response
}
const today = () => new Date().toISOString().slice(0, 10)

async function sendAll(): Promise<void> {
  const client = new Analytics({ writeKey: key, host: url, flushAt: 20 })
  const failures: unknown[] = []
  client.on('error', (error) => failures.push(error))
  const at = new Date()
  for (const userId of ['ada', 'ben']) {
    client.identify({
      userId,
      traits: { email: `${userId}@acme.example`, plan: 'pro' },
      messageId: `identify-${userId}`,
    })
    client.group({ userId, groupId: 'acme', traits: { name: 'Acme' }, messageId: `group-${userId}` })
    client.track({ userId, event: 'Project Created', timestamp: at, messageId: `track-${userId}` })
    client.page({ userId, name: 'Home', timestamp: at, messageId: `page-${userId}` })
  }
  client.track({ anonymousId: 'nobody', event: 'Visited', timestamp: at, messageId: 'track-anonymous' })
  await client.closeAndFlush()
  expect(failures).toEqual([])
}

async function seen() {
  const query = `metrics=users.dau,users.mau,events.total&from=${today()}&to=${today()}`
  const answer = await (await get(`/api/metrics/timeseries?${query}`)).json()
  const series = (answer as { metrics: { metric: string; points: { value: number }[] }[] }).metrics
  const csv = await (await get(`/exports/metrics.csv?${query}`)).text()
  const feed = await (await get('/exports/activity.csv?kinds=event,joined')).text()
  const lines = (word: RegExp) => feed.split(/\r?\n/).filter((line) => word.test(line)).length
  return {
    json: Object.fromEntries(series.map(({ metric, points }) => [metric, points.at(-1)?.value])),
    csv: csv.trim().split(/\r?\n/).at(-1),
    feed: { tracked: lines(/Project Created/), viewed: lines(/Home/), joined: lines(/Joined/) },
  }
}

it('what the official Segment client sends is in the API, the CSV and the feed, and sending it again changes nothing', async () => {
  await sendAll()
  await t.fold()
  const first = await seen()
  // The visitor without a user counts as an event, and for no user.
  expect(first).toEqual({
    json: { 'users.dau': 2, 'users.mau': 2, 'events.total': 5 },
    csv: `${today()},2,2,5`,
    feed: { tracked: 2, viewed: 2, joined: 2 },
  })
  await sendAll()
  await t.fold()
  expect(await seen()).toEqual(first)
})

it('the tenant the group call named is a scope of its own', async () => {
  const answer = await (
    await get(`/api/metrics/summary?metrics=users.total&tenant=acme&from=${today()}&to=${today()}`)
  ).json()
  expect(JSON.stringify(answer)).toContain('"value":2')
})
