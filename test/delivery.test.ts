import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { backoffMs } from '../src/delivery/backoff.ts'
import { sendCanaries } from '../src/delivery/canary.ts'
import { claimDue } from '../src/delivery/claim.ts'
import { pingDeadMan, WATCHED } from '../src/delivery/dead-man.ts'
import { startDelivery } from '../src/delivery/deliver.ts'
import { tellLate } from '../src/delivery/late.ts'
import { notify } from '../src/delivery/notify.ts'
import { changeChannel, deleteChannel, switchChannel } from '../src/delivery/store.ts'
import { sendAgain, sendTest } from '../src/delivery/test-notice.ts'
import { findJob } from '../src/jobs/index.ts'
import { seal, unseal } from '../src/lib/sealed.ts'
import { deliverAll, forget, hookTo, later, OWNER, outcomesOf, SECRET, statesOf, tell } from './delivery-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type Receiver, receiver } from './helpers/receiver.ts'

let t: TestApp
let http: Receiver
beforeAll(async () => {
  ;[t, http] = await Promise.all([testApp({ config: { allowPrivateWebhooks: true } }), receiver()])
})
afterAll(() => Promise.all([t?.close(), http?.close()]))
beforeEach(async () => {
  await forget(t)
  http.posted.length = 0
  http.answer = (response) => void response.end('ok')
})

const titles = () => http.posted.map(({ body }) => JSON.parse(body).data.title)
const channel = async (id: string) => (await t.sql`select state, reason from channels where id = ${id}`)[0]
const refuseWith = (status: number, text = '') => {
  http.answer = (response) => void response.writeHead(status).end(text)
}

describe('the outbox', () => {
  it('sends what its transaction committed, once a channel and key, and nothing that was rolled back', async () => {
    await hookTo(t, 'One', `${http.url}/1`)
    await hookTo(t, 'Two', `${http.url}/2`)
    expect(await tell(t)).toBe(2)
    expect(await tell(t)).toBe(0)
    await t.sql
      .begin(async (tx) => {
        await notify(tx, { dedupeKey: 'gone', event: 'firing', severity: 'info', title: 'Gone', text: '' })
        throw new Error('rolled back')
      })
      .catch(() => {})
    expect(await deliverAll(t)).toBe(2)
    expect(http.posted.map(({ path }) => path).sort()).toEqual(['/1', '/2'])
    expect(await statesOf(t)).toEqual(['sent', 'sent'])
    const [{ body } = { body: '{}' }] = http.posted
    expect(JSON.parse(body).data.link).toBe('http://localhost/dashboard/alerts/1')
  })

  it('goes to the channels that are named, and not to those that are off or deleted', async () => {
    await hookTo(t, 'One', `${http.url}/1`)
    await hookTo(t, 'Two', `${http.url}/2`)
    await hookTo(t, 'Off', `${http.url}/off`)
    await hookTo(t, 'Gone', `${http.url}/gone`)
    await switchChannel(t.deps, OWNER, 'off', false)
    await deleteChannel(t.deps, OWNER, 'gone')
    expect(await tell(t, { channels: ['two', 'off', 'gone', 'nobody'] })).toBe(1)
    expect(await tell(t, { channels: [] })).toBe(0)
    await deliverAll(t)
    expect(http.posted.map(({ path }) => path)).toEqual(['/2'])
  })

  it('tells a channel what it asks for: from its severity on, and what is over if it wants to know', async () => {
    await hookTo(t, 'All', `${http.url}/all`)
    await hookTo(t, 'Worst', `${http.url}/worst`)
    await hookTo(t, 'Begun', `${http.url}/begun`)
    await changeChannel(t.deps, OWNER, 'worst', { values: {}, severity: 'critical' })
    await changeChannel(t.deps, OWNER, 'begun', { values: {}, severity: 'warning', resolved: false })
    const told = async (severity: string, event: 'firing' | 'resolved') => {
      http.posted.length = 0
      await tell(t, { dedupeKey: `${severity} ${event}`, severity, event })
      await deliverAll(t)
      return http.posted.map(({ path }) => path).sort()
    }
    expect(await told('info', 'firing')).toEqual(['/all'])
    expect(await told('warning', 'firing')).toEqual(['/all', '/begun'])
    expect(await told('critical', 'firing')).toEqual(['/all', '/begun', '/worst'])
    expect(await told('critical', 'resolved')).toEqual(['/all', '/worst'])
  })

  it('tries again what failed for now, later each time, with the same id, and shows each attempt', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t)
    refuseWith(503, 'down for <maintenance>')
    await deliverAll(t)
    const [waits] = await t.sql<{ state: string; inS: number; error: string }[]>`
      select state, extract(epoch from next_at - now())::float8 as "inS", last_error as error from notifications`
    expect(waits).toMatchObject({ state: 'queued', error: 'HTTP 503: down for <maintenance>' })
    expect(waits?.inS).toBeGreaterThan(0)
    expect(await deliverAll(t)).toBe(0)
    http.answer = (response) => void response.end('ok')
    await later(t)
    await deliverAll(t)
    expect(await statesOf(t)).toEqual(['sent'])
    const tries = await t.sql`select n, outcome, status, detail from notification_attempts order by n`
    expect(tries).toMatchObject([
      { n: 1, outcome: 'retry', status: 503, detail: 'HTTP 503: down for <maintenance>' },
      { n: 2, outcome: 'sent', status: 200, detail: 'HTTP 200: ok' },
    ])
    expect(new Set(http.posted.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  it('waits at least as long as the receiver says', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t)
    http.answer = (response) => void response.writeHead(429, { 'retry-after': '1800' }).end()
    await deliverAll(t)
    const [row] = await t.sql`select next_at > now() + interval '29 minutes' as waits from notifications`
    expect(row?.waits).toBe(true)
  })

  it('gives up after three days, and not before', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t, { dedupeKey: 'old' })
    await tell(t, { dedupeKey: 'young' })
    await t.sql`update notifications set created_at = now() - interval '71 hours' where dedupe_key = 'young'`
    await t.sql`update notifications set created_at = now() - interval '73 hours' where dedupe_key = 'old'`
    refuseWith(500)
    await deliverAll(t)
    expect(await statesOf(t)).toEqual(['dead', 'queued'])
  })

  it('keeps the order of what belongs together, and of nothing else', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    http.answer = (response, { body }) =>
      void response.writeHead(body.includes('"alert.firing"') && body.includes('alert:1"') ? 503 : 200).end()
    await tell(t, { dedupeKey: 'a', thread: 'alert:1', title: 'one fires' })
    await tell(t, { dedupeKey: 'b', thread: 'alert:1', title: 'one is over', event: 'resolved' })
    await tell(t, { dedupeKey: 'c', thread: 'alert:2', title: 'two fires' })
    await deliverAll(t)
    expect(titles().sort()).toEqual(['one fires', 'two fires'])
    http.answer = (response) => void response.end('ok')
    http.posted.length = 0
    await later(t)
    await deliverAll(t)
    expect(titles()).toEqual(['one fires', 'one is over'])
  })

  it('is emptied by itself while the server runs', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    const running = startDelivery(t.deps)
    try {
      await tell(t)
      await expect.poll(() => statesOf(t), { timeout: 30_000, interval: 200 }).toEqual(['sent'])
    } finally {
      await running.stop()
    }
    expect(http.posted).toHaveLength(1)
  }, 60_000)

  it('of one channel that has a backlog takes a few at a time, and of each other channel what it has', async () => {
    await hookTo(t, 'Slow', `${http.url}/slow`)
    await hookTo(t, 'Fast', `${http.url}/fast`)
    for (let n = 0; n < 20; n++) await tell(t, { dedupeKey: `slow:${n}`, channels: ['slow'] })
    await tell(t, { dedupeKey: 'fast', channels: ['fast'] })
    const first = await claimDue(t.sql, 8)
    expect(first.map(({ channelId }) => channelId).sort()).toEqual(['fast', 'slow', 'slow', 'slow', 'slow'])
    expect(await claimDue(t.sql, 8, new Map([['slow', 4]]))).toEqual([])
    expect(await claimDue(t.sql, 8, new Map([['slow', 3]]))).toHaveLength(1)
  })

  it('goes on while a receiver keeps its own waiting', async () => {
    await hookTo(t, 'Slow', `${http.url}/slow`)
    await hookTo(t, 'Fast', `${http.url}/fast`)
    const held: { end: (text: string) => void }[] = []
    const letGo = () => {
      for (const response of held.splice(0)) response.end('ok')
    }
    http.answer = (response, { path }) => {
      if (path === '/slow') held.push(response)
      else response.end('ok')
    }
    const running = startDelivery(t.deps)
    try {
      for (let n = 0; n < 20; n++) await tell(t, { dedupeKey: `slow:${n}`, channels: ['slow'] })
      await expect.poll(() => held.length, { timeout: 30_000 }).toBeGreaterThan(0)
      await tell(t, { dedupeKey: 'fast', channels: ['fast'] })
      await expect.poll(() => http.posted.some(({ path }) => path === '/fast'), { timeout: 30_000 }).toBe(true)
      // None of the slow ones has been answered, nor given up, before it.
      expect((await outcomesOf(t)).filter((outcome) => outcome === 'retry')).toEqual([])
    } finally {
      http.answer = (response) => void response.end('ok')
      letGo()
      await running.stop()
    }
  }, 60_000)

  it('waits twice as long each time up to an hour, never less than half of that', () => {
    expect([1, 2, 3, 9, 10, 50].map((n) => backoffMs(n, () => 1))).toEqual([
      10_000, 20_000, 40_000, 2_560_000, 3_600_000, 3_600_000,
    ])
    expect([1, 50].map((n) => backoffMs(n, () => 0))).toEqual([5_000, 1_800_000])
  })
})

describe('a channel that refuses for good', () => {
  it('is taken out of use for all to see, the others tell of it, and what is meant for it waits', async () => {
    await hookTo(t, 'Broken', `${http.url}/broken`)
    await hookTo(t, 'Good', `${http.url}/good`)
    http.answer = (response, { path }) => void response.writeHead(path === '/broken' ? 410 : 200).end('no such hook')
    await tell(t, { channels: ['broken'] })
    await deliverAll(t)
    expect(await channel('broken')).toEqual({ state: 'failed', reason: 'HTTP 410: no such hook' })
    expect(http.posted.map(({ path }) => path)).toEqual(['/broken', '/good'])
    expect(titles()[1]).toBe('The channel “Broken” does not deliver any more')
    const [line] = await t.sql`select actor, target, detail from audit_log where action = 'channel.fail'`
    expect(line).toEqual({ actor: 'system', target: 'channel:broken', detail: { reason: 'HTTP 410: no such hook' } })

    await tell(t, { dedupeKey: 'alert:2', title: 'Second', channels: ['broken'] })
    expect(await deliverAll(t)).toBe(0)
    http.answer = (response) => void response.end('ok')
    http.posted.length = 0
    await switchChannel(t.deps, OWNER, 'broken', true)
    await deliverAll(t)
    // What it refused is sent as well, under its key.
    expect(titles()).toEqual(['Cost above $50', 'Second'])
    expect(await channel('broken')).toEqual({ state: 'on', reason: null })
  })

  it.each([400, 401, 403, 404, 410, 422])('by HTTP %i fails', async (status) => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t)
    refuseWith(status)
    await deliverAll(t)
    expect([await statesOf(t), (await channel('ops'))?.state]).toEqual([['failed'], 'failed'])
  })

  it.each([408, 429, 500, 502, 503])('by HTTP %i does not', async (status) => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t)
    refuseWith(status)
    await deliverAll(t)
    expect([await statesOf(t), (await channel('ops'))?.state]).toEqual([['queued'], 'on'])
  })

  it('is used again when it is saved with other settings', async () => {
    await hookTo(t, 'Ops', `${http.url}/wrong`)
    await tell(t)
    http.answer = (response, { path }) => void response.writeHead(path === '/right' ? 200 : 404).end()
    await deliverAll(t)
    await changeChannel(t.deps, OWNER, 'ops', { name: 'Ops', values: { url: `${http.url}/right`, secret: '' } })
    await deliverAll(t)
    expect(http.posted.map(({ path }) => path)).toEqual(['/wrong', '/right'])
    expect(await statesOf(t)).toEqual(['sent'])
    // The secret that was left empty is the old one.
    expect(http.posted[1]?.headers['webhook-signature']).toMatch(/^v1,/)
  })

  it('asks for its secret again where SECRET_KEY is another one', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t)
    const other = { ...t.deps, config: { ...t.deps.config, secretKey: 'x'.repeat(40) } }
    await deliverAll({ deps: other })
    expect(await channel('ops')).toMatchObject({ state: 'failed', reason: expect.stringContaining('SECRET_KEY') })
    expect(http.posted).toEqual([])
  })
})

describe('a channel through which nothing goes, though it refuses nothing', () => {
  const aged = (minutes: number) =>
    t.sql`update notifications set created_at = created_at - ${minutes} * interval '1 minute' where channel_id = 'broken'`
  const down = () => {
    http.answer = (response, { path }) => void response.writeHead(path === '/broken' ? 503 : 200).end('away')
  }
  beforeEach(async () => {
    await hookTo(t, 'Broken', `${http.url}/broken`)
    await hookTo(t, 'Good', `${http.url}/good`)
    down()
    await tell(t, { channels: ['broken'] })
    await deliverAll(t)
  })
  const toGood = () => titles().filter((_, n) => http.posted[n]?.path === '/good')

  it('is told of by the others after 15 minutes, once until it delivers again, and then that it does', async () => {
    await aged(14)
    expect(await tellLate(t.deps)).toEqual([])
    await aged(2)
    expect((await Promise.all([tellLate(t.deps), tellLate(t.deps)])).flat()).toEqual(['Broken'])
    await tell(t, { dedupeKey: 'later', channels: ['broken'] })
    await aged(20)
    expect(await tellLate(t.deps)).toEqual([])
    await deliverAll(t)
    expect(toGood()).toEqual(['Nothing goes through the channel “Broken”'])
    expect(JSON.parse(http.posted.find(({ path }) => path === '/good')?.body ?? '').data.text).toContain(
      'HTTP 503: away',
    )

    http.answer = (response) => void response.end('ok')
    await later(t)
    await deliverAll(t)
    expect(toGood()[1]).toBe('The channel “Broken” delivers again')
    expect(new Set(await statesOf(t))).toEqual(new Set(['sent']))
    expect(await t.sql`select id from channels where late_since is not null`).toEqual([])
    const lines = await t.sql`select action from audit_log where action = 'channel.late'`
    expect(lines).toHaveLength(1)
  })

  it('is not late while later ones go through, nor where it is not used', async () => {
    await aged(60)
    await t.sql`
      insert into notifications (channel_id, dedupe_key, kind, payload, state, sent_at)
      values ('broken', 'other', 'firing', '{}', 'sent', now() - interval '30 minutes')`
    expect(await tellLate(t.deps)).toEqual([])
    await t.sql`delete from notifications where dedupe_key = 'other'`
    await switchChannel(t.deps, OWNER, 'broken', false)
    expect(await tellLate(t.deps)).toEqual([])
  })

  it('the others tell what it was not told when that is given up, once a day', async () => {
    await tell(t, { dedupeKey: 'second', channels: ['broken'] })
    await aged(73 * 60)
    await later(t)
    await deliverAll(t)
    expect((await statesOf(t)).slice(0, 2)).toEqual(['dead', 'dead'])
    expect(toGood()).toEqual(['The channel “Broken” has not got what it was to tell'])
  })

  it('gets what was given up when it delivers again: of a week, and not what has been overtaken', async () => {
    await tell(t, { dedupeKey: 'old', channels: ['broken'], title: 'Of last week' })
    await tell(t, { dedupeKey: 'a', channels: ['broken'], title: 'Fires', thread: 'x' })
    await tell(t, { dedupeKey: 'b', channels: ['broken'], title: 'Over', thread: 'x', event: 'resolved' })
    await aged(80 * 60)
    await t.sql`update notifications set state = 'dead' where channel_id = 'broken'`
    await t.sql`update notifications set created_at = now() - interval '8 days' where dedupe_key = 'old'`
    await t.sql`update notifications set state = 'sent', sent_at = now() - interval '79 hours' where dedupe_key = 'b'`
    await t.sql`update channels set late_since = now() - interval '80 hours' where id = 'broken'`
    http.answer = (response) => void response.end('ok')
    http.posted.length = 0
    await tell(t, { dedupeKey: 'new', channels: ['broken'], title: 'New' })
    await deliverAll(t)
    expect(titles().filter((_, n) => http.posted[n]?.path === '/broken')).toEqual(['New', 'Cost above $50'])
  })

  it('gets it as well when an owner uses it again', async () => {
    await t.sql`update notifications set state = 'dead', created_at = now() - interval '5 days' where channel_id = 'broken'`
    http.answer = (response) => void response.end('ok')
    http.posted.length = 0
    await switchChannel(t.deps, OWNER, 'broken', false)
    await switchChannel(t.deps, OWNER, 'broken', true)
    await deliverAll(t)
    expect(titles()).toEqual(['Cost above $50'])
  })
})

describe('a test', () => {
  it('tells at once what came of it, and is not tried again', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    expect(await sendTest(t.deps, OWNER, 'ops')).toMatchObject({
      state: 'sent',
      kind: 'test',
      tries: [{ n: 1, outcome: 'sent', status: 200 }],
    })
    refuseWith(503)
    expect(await sendTest(t.deps, OWNER, 'ops')).toMatchObject({ state: 'dead', tries: [{ outcome: 'retry' }] })
    expect(await deliverAll(t)).toBe(0)
  })

  it('goes through a channel that is off or failed, to see whether it is mended', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await switchChannel(t.deps, OWNER, 'ops', false)
    expect(await sendTest(t.deps, OWNER, 'ops')).toMatchObject({ state: 'sent' })
    await t.sql`update channels set state = 'failed'`
    expect(await sendTest(t.deps, OWNER, 'ops')).toMatchObject({ state: 'sent' })
    expect((await channel('ops'))?.state).toBe('failed')
  })

  it('what was given up is sent again by hand, under its key; what was sent is not', async () => {
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t)
    await t.sql`update notifications set state = 'dead'`
    const [{ id } = { id: 0 }] = await t.sql<{ id: number }[]>`select id from notifications`
    expect(await sendAgain(t.deps, OWNER, String(id))).toMatchObject({ state: 'sent', dedupeKey: 'alert:1' })
    await expect(sendAgain(t.deps, OWNER, String(id))).rejects.toMatchObject({ status: 409 })
    expect(http.posted).toHaveLength(1)
  })
})

describe('a canary', () => {
  it('takes the way of an alert through each channel that asks for it, one by two processes and period', async () => {
    await hookTo(t, 'Watched', `${http.url}/watched`, '6')
    await hookTo(t, 'Unwatched', `${http.url}/unwatched`)
    expect((await Promise.all([sendCanaries(t.deps), sendCanaries(t.deps)])).sort()).toEqual([0, 1])
    await deliverAll(t)
    expect(http.posted.map(({ path, body }) => [path, JSON.parse(body).type])).toEqual([['/watched', 'canary']])
    expect(await sendCanaries(t.deps)).toBe(0)
    await t.sql`update notifications set created_at = now() - interval '6 hours', dedupe_key = 'canary:before'`
    expect(await sendCanaries(t.deps)).toBe(1)
  })

  it('is old news after an hour', async () => {
    await hookTo(t, 'Watched', `${http.url}/watched`, '6')
    await sendCanaries(t.deps)
    await t.sql`update notifications set created_at = now() - interval '61 minutes'`
    refuseWith(503)
    await deliverAll(t)
    expect(await statesOf(t)).toEqual(['dead'])
  })
})

describe('the dead-man ping', () => {
  const pings: string[] = []
  const ping = (config = {}) =>
    pingDeadMan({
      db: t.db,
      config: { ...t.deps.config, deadmanUrl: 'https://outside.example/ping', ...config },
      fetch: async (input) => {
        pings.push(String(input))
        return new Response('OK')
      },
    })
  const ran = (job: string, outcome: string, ago: string) => t.sql`
    insert into job_runs (job, scheduled_for, finished_at, outcome)
    values (${job}, now() - ${ago}::interval, now() - ${ago}::interval, ${outcome})`
  beforeEach(async () => {
    pings.length = 0
    await t.sql`delete from job_runs`
  })

  it('is sent while the database answers and the jobs that alerts live on run well', async () => {
    expect(await ping({ deadmanUrl: '' })).toBeUndefined()
    expect(await ping()).toContain('no ping: minute')
    await ran('minute', 'ok', '10 seconds')
    expect(await ping()).toBe('pinged')
    await ran('fold', 'ok', '20 minutes')
    expect(await ping()).toContain('no ping: fold')
    await ran('fold', 'failed', '5 seconds')
    expect(await ping()).toContain('no ping: fold')
    await ran('fold', 'ok', '20 seconds')
    expect(await ping()).toBe('pinged')
    expect(pings).toEqual(['https://outside.example/ping', 'https://outside.example/ping'])
  })

  it('looks at jobs that there are', () => {
    const unknown = Object.keys(WATCHED).filter((job) => findJob(job)?.schedule == null)
    expect(unknown).toEqual([])
    expect(Object.keys(WATCHED)).toContain('minute')
  })

  it('is not sent while a notice waits for longer than a quarter of an hour through a channel in use', async () => {
    await ran('minute', 'ok', '10 seconds')
    await hookTo(t, 'Ops', `${http.url}/hook`)
    await tell(t)
    expect(await ping()).toBe('pinged')
    await t.sql`update notifications set created_at = now() - interval '16 minutes'`
    expect(await ping()).toBe('no ping: what waits for “Ops” is late')
    await switchChannel(t.deps, OWNER, 'ops', false)
    expect(await ping()).toBe('pinged')
    await switchChannel(t.deps, OWNER, 'ops', true)
    await deliverAll(t)
    expect(await ping()).toBe('pinged')
    await t.sql`update channels set state = 'failed'`
    expect(await ping()).toBe('no ping: every channel has failed')
  })

  it('is not sent after a canary that did not come through, until something has', async () => {
    await ran('minute', 'ok', '10 seconds')
    await hookTo(t, 'Ops', `${http.url}/hook`, '6')
    await sendCanaries(t.deps)
    expect(await ping()).toBe('pinged')
    await t.sql`update notifications set created_at = now() - interval '61 minutes'`
    refuseWith(503)
    await deliverAll(t)
    expect(await ping()).toBe('no ping: the last canary of “Ops” is given up')
    refuseWith(200)
    await sendTest(t.deps, OWNER, 'ops')
    expect(await ping()).toBe('pinged')
  })
})

it('secrets are sealed: the table holds none, and a seal opens only for what it was made', async () => {
  await hookTo(t, 'Ops', `${http.url}/hook`)
  const [row] = await t.sql<{ secret: string; all: string }[]>`select secret, c::text as all from channels c`
  expect(row?.all).not.toContain(SECRET)
  const key = t.deps.config.secretKey
  expect(JSON.parse(unseal(key, 'channel ops', row?.secret ?? ''))).toEqual({ secret: SECRET })
  expect(() => unseal(key, 'channel other', row?.secret ?? '')).toThrow('SECRET_KEY')
  expect(() => unseal('y'.repeat(40), 'channel ops', row?.secret ?? '')).toThrow('SECRET_KEY')
  expect(() => unseal(key, 'channel ops', 'nonsense')).toThrow('not sealed')
  expect(seal(key, 'p', 'x')).not.toBe(seal(key, 'p', 'x'))
  expect(await outcomesOf(t)).toEqual([])
})
