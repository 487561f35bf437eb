import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describe as words } from '../src/activity/describe.ts'
import { activityPage } from '../src/activity/feed.ts'
import { cardState } from '../src/card-state.ts'
import { connect, type Db } from '../src/db/connect.ts'
import { type Embedded, startEmbedded } from '../src/db/embedded.ts'
import { migrate } from '../src/db/migrate.ts'
import { CardCache } from '../src/lib/cache.ts'
import { type Card, type Settling, SourceUnavailable, settle } from '../src/lib/settle.ts'
import { DATABASE, StateBook } from '../src/lib/state-book.ts'
import { sourceStates } from '../src/page-frame.ts'
import { asOf } from '../src/sources/as-of.ts'
import { sourceBoard } from '../src/sources/board.ts'
import { watchDatabase } from '../src/sources/database-watch.ts'
import { flushDoorMinutes, pruneDoorMinutes, startDoorMinutes } from '../src/sources/door-minutes.ts'
import { type Recorder, startRecorder } from '../src/sources/recorder.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let clock = Date.parse('2026-11-20T15:00:00Z')
const now = () => new Date(clock)
const later = (ms: number) => {
  clock += ms
}

beforeAll(async () => {
  t = await testApp({ now })
})
afterAll(() => t?.close())

interface Line {
  event?: string
  source?: string
  reason?: string
}

/** A book, what it logs, and a recorder that writes what it tells. */
async function watched(db: Db = t.db): Promise<{ book: StateBook; lines: Line[]; log: Logger; recorder: Recorder }> {
  const lines: Line[] = []
  const log = pino({ level: 'info' }, { write: (text: string) => void lines.push(JSON.parse(text)) })
  const book = new StateBook(log, now)
  const recorder = await startRecorder({ db, book, log, now })
  recorders.push(recorder)
  return { book, lines, log, recorder }
}

let recorders: Recorder[] = []
beforeEach(() => later(60_000))
afterEach(async () => {
  await Promise.all(recorders.map((recorder) => recorder.stop()))
  recorders = []
  await t.sql`truncate source_events`
})

const feed = async () => {
  const { rows } = await activityPage(t.deps, { scope: '*', kinds: ['source'], limit: 50 })
  const wording = { today: '2026-11-20', timeZone: 'UTC' }
  return rows.map((row) => {
    const { title, detail } = words(row, wording)
    return [title, detail].filter(Boolean).join(': ')
  })
}

describe('a source that goes away and comes back', () => {
  it('is told once by one line and one row of the feed, however many notice it', async () => {
    const { book, lines, recorder } = await watched()
    for (let n = 0; n < 50; n++) book.degraded('redis', 'Redis does not answer')
    later(192_000)
    for (let n = 0; n < 50; n++) book.recovered('redis')
    await recorder.flush()
    expect(lines.map(({ event, source }) => [event, source])).toEqual([
      ['system.analytics.degraded', 'redis'],
      ['system.analytics.recovered', 'redis'],
    ])
    expect(await feed()).toEqual(['Redis is back after 3 m 12 s', 'Redis is away: Redis does not answer'])
  })

  it('is told apart from others that are away at the same time', async () => {
    const { book, lines, recorder } = await watched()
    const sources = [
      'redis',
      'logs:/data/logs/preview.log',
      'source-database',
      'preset:hivesync',
      'probe:https://x.example',
    ]
    for (const source of [...sources, ...sources]) book.degraded(source, 'gone')
    later(1_000)
    for (const source of sources) book.recovered(source)
    await recorder.flush()
    expect(lines).toHaveLength(10)
    const told = await feed()
    expect(told).toHaveLength(10)
    expect(told).toContain('The log preview.log is away: gone')
    expect(told).toContain('The product’s database is back after 1.0 s')
    expect(told).toContain('The preset hivesync works again after 1.0 s')
  })

  it('keeps its reason and since when, and takes a newer reason without a word', async () => {
    const { book, lines } = await watched()
    const since = now()
    book.degraded('redis', 'Redis does not answer')
    later(5_000)
    book.degraded('redis', 'Redis refuses the password')
    expect(book.states()).toEqual([{ source: 'redis', state: 'degraded', reason: 'Redis refuses the password', since }])
    expect(lines).toHaveLength(1)
  })

  it('is not brought back by an answer that is older than the failure', async () => {
    const { book } = await watched()
    const before = performance.now()
    book.degraded('redis', 'gone')
    book.recovered('redis', before)
    expect(book.isDegraded('redis')).toBe(true)
    book.recovered('redis', performance.now())
    expect(book.stateOf('redis')).toMatchObject({ state: 'up' })
  })
})

describe('several processes', () => {
  it('write one row for what they all notice, and hear of what one of them has noticed', async () => {
    const [one, other] = [await watched(), await watched()]
    one.book.degraded('redis', 'gone')
    other.book.degraded('redis', 'gone')
    await one.recorder.flush()
    await other.recorder.flush()
    one.book.degraded('nats', 'no answer')
    await one.recorder.flush()
    await other.recorder.listen()
    expect(other.book.stateOf('nats')).toMatchObject({ state: 'degraded', reason: 'no answer' })
    later(10_000)
    other.book.recovered('nats')
    await other.recorder.flush()
    await one.recorder.listen()
    expect(one.book.stateOf('nats')).toMatchObject({ state: 'up' })
    expect(await feed()).toEqual(['NATS is back after 10.0 s', 'NATS is away: no answer', 'Redis is away: gone'])
  })

  it('and a restart know what was away before, and say how long it was', async () => {
    const before = await watched()
    before.book.degraded('redis', 'gone')
    await before.recorder.stop()
    later(60_000)
    const after = await watched()
    expect(after.book.stateOf('redis')).toMatchObject({ state: 'degraded', reason: 'gone' })
    after.book.degraded('redis', 'gone')
    expect(after.lines).toEqual([])
    later(60_000)
    after.book.recovered('redis')
    await after.recorder.flush()
    expect(await feed()).toEqual(['Redis is back after 2 m 0 s', 'Redis is away: gone'])
  })
})

describe('cards', () => {
  const settling = (book: StateBook, log: Logger, cache = new CardCache({ now, ttlMs: 0 })) => ({
    book,
    cache,
    log,
    requestId: 'r',
  })
  const stateOf = (card: Card<unknown>) => cardState(card, now())

  it('of a source that is away are marked, with the reason, the last good value and its time, and no others', async () => {
    const { book, log, lines } = await watched()
    const context = settling(book, log)
    let redis = true
    const load = () =>
      Promise.all([
        settle(
          context,
          'online',
          async () => {
            if (redis) return 42
            throw new SourceUnavailable('redis', 'Redis does not answer')
          },
          { source: 'redis' },
        ),
        settle(context, 'kpis', async () => 7),
        settle(
          context,
          'workers',
          async () => {
            throw new SourceUnavailable('redis', 'Redis does not answer')
          },
          { source: 'redis' },
        ),
      ])
    const good = now()
    await load()
    redis = false
    later(90_000)
    const [online, kpis, workers] = await load()
    expect(online).toMatchObject({ state: 'degraded', reason: 'Redis does not answer', lastGood: 42, at: good })
    expect(stateOf(online)).toEqual({ kind: 'stale', age: '2 m', reason: 'Redis does not answer', at: good })
    expect(stateOf(kpis)).toEqual({ kind: 'filled' })
    expect(stateOf(workers)).toMatchObject({ kind: 'degraded', reason: 'Redis does not answer' })
    await load()
    expect(lines.filter(({ source }) => source === 'redis')).toHaveLength(1)
    redis = true
    const [again] = await load()
    expect(stateOf(again)).toEqual({ kind: 'filled' })
  })

  it('of what was taken in of sources are as good as when the first of them went away', async () => {
    const { book } = await watched()
    const went = now()
    book.degraded('logs:/data/logs/preview.log', 'The file is not there')
    later(90_000)
    const card: Card<number> = { state: 'filled', value: 3, at: now() }
    const [one, other] = ['logs:/data/logs/preview.log', 'logs:/data/logs/ai-events.log'] as const
    expect(asOf(card, book, [other])).toBe(card)
    expect(stateOf(asOf(card, book, [one]))).toEqual({
      kind: 'stale',
      age: '2 m',
      reason: 'The file is not there',
      at: went,
    })
    expect(asOf(card, book, [one, other])).toMatchObject({ reason: 'The log preview.log: The file is not there' })
    const older = { ...card, at: new Date(went.getTime() - 1_000) }
    expect(asOf(older, book, [one])).toMatchObject({ lastGood: 3, at: older.at })
  })

  it('wait but a moment for a source that is known to be away, and are not called slow then', async () => {
    const { book, log, lines } = await watched()
    const context = settling(book, log)
    let hangs = false
    const ask = () =>
      settle(context, 'tables', () => (hangs ? new Promise<number>(() => {}) : Promise.resolve(7)), {
        source: 'source-database',
      })
    await ask()
    book.degraded('source-database', 'It does not answer')
    hangs = true
    expect(await ask()).toMatchObject({ state: 'degraded', reason: 'It does not answer', lastGood: 7 })
    expect(lines.map(({ event }) => event)).toEqual(['system.analytics.degraded'])
  })

  it('that wait one after the other share the time of their page, and what is at hand is shown after it too', async () => {
    const { book, log } = await watched()
    const context: Settling = { ...settling(book, log), until: performance.now() + 100 }
    const hanging = () => new Promise<never>(() => {})
    for (const name of ['first', 'second', 'third'])
      expect(await settle(context, name, hanging, { budgetMs: 60_000 })).toMatchObject({ state: 'degraded' })
    expect(performance.now()).toBeGreaterThan(context.until!)
    expect(await settle(context, 'at hand', async () => 7)).toMatchObject({ state: 'filled', value: 7 })
  })

  it('that are slow by themselves are logged once, and are no source’s trouble', async () => {
    const { book, log, lines, recorder } = await watched()
    const context = settling(book, log)
    const slow = () => settle(context, 'slow', () => new Promise((done) => setTimeout(done, 200)), { budgetMs: 5 })
    expect(await slow()).toMatchObject({ state: 'degraded' })
    expect(await slow()).toMatchObject({ state: 'degraded' })
    expect(book.states()).toEqual([])
    expect(lines.map(({ event }) => event)).toEqual(['system.analytics.slow'])
    await recorder.flush()
    expect(await feed()).toEqual([])
  })
})

describe('the foot of the rail', () => {
  it('lists what is configured and what else is degraded, with reasons', async () => {
    const { book } = await watched()
    const config = { ...t.deps.config, redisUrl: 'redis://x', logFiles: ['/data/logs/preview.log'] }
    book.recovered('redis')
    book.degraded('preset:shop', 'users.sql: no column email')
    expect(sourceStates({ config, book })).toEqual([
      { name: 'The database of Quarterdeck', state: 'up', note: undefined },
      { name: 'Redis', state: 'up' },
      { name: 'The log preview.log', state: 'off', note: 'not heard of yet' },
      { name: 'The preset shop', state: 'degraded', note: 'users.sql: no column email' },
    ])
  })
})

describe('our own database', () => {
  let folder: string
  let server: Embedded
  let db: Db
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'quarterdeck-health-'))
    server = await startEmbedded({ dataDir: folder, unsafe: true })
    await migrate(server.url)
    db = connect(server.url)
  })
  afterAll(async () => {
    await db.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const events = (sql = db.sql) => sql`select source, state from source_events order by id`

  it('that is away is noticed with no page open, and what happens meanwhile is written down after it', async () => {
    const { book, lines, recorder } = await watched(db)
    const watch = watchDatabase({ db, book })
    await expect.poll(() => book.stateOf(DATABASE)?.state, { timeout: 20_000 }).toBe('up')
    await server.stop()
    await expect
      .poll(() => book.stateOf(DATABASE), { timeout: 20_000 })
      .toMatchObject({
        state: 'degraded',
        reason: 'The database does not answer',
      })
    later(60_000)
    book.degraded('redis', 'gone too')
    later(60_000)
    book.recovered('redis')
    server = await startEmbedded({ dataDir: folder, unsafe: true })
    await expect.poll(() => book.stateOf(DATABASE)?.state, { timeout: 20_000 }).toBe('up')
    await watch.stop()
    await recorder.stop()
    expect(lines.filter(({ event }) => event?.startsWith('system.analytics'))).toHaveLength(4)
    expect(await events()).toEqual([
      { source: 'database', state: 'degraded' },
      { source: 'redis', state: 'degraded' },
      { source: 'redis', state: 'recovered' },
      { source: 'database', state: 'recovered' },
    ])
  }, 90_000)

  it('that is frozen is away, not slow: cards say so, and it is over when it thaws', async () => {
    const { book, log, lines } = await watched(t.db)
    const watch = watchDatabase({ db, book })
    const cache = new CardCache({ now, ttlMs: 0 })
    const card = () =>
      settle({ book, log, cache, requestId: 'r' }, 'one', () => db.sql`select 1 as one`.then((rows) => rows[0]))
    await expect.poll(async () => (await card()).state, { timeout: 20_000 }).toBe('filled')
    const pids = await backends(db)
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      await expect.poll(card, { timeout: 30_000 }).toMatchObject({
        state: 'degraded',
        reason: 'The database does not answer',
        lastGood: { one: 1 },
      })
      expect(book.isDegraded(DATABASE)).toBe(true)
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
    await expect.poll(async () => (await card()).state, { timeout: 30_000 }).toBe('filled')
    await expect.poll(() => book.isDegraded(DATABASE), { timeout: 30_000 }).toBe(false)
    await watch.stop()
    const told = lines.filter(({ source }) => source === DATABASE).map(({ event }) => event)
    expect(told).toEqual(['system.analytics.degraded', 'system.analytics.recovered'])
  }, 90_000)

  async function backends({ sql }: Db): Promise<number[]> {
    const rows = await sql<{ pid: number }[]>`select pid from pg_stat_activity where backend_type = 'client backend'`
    return [(await server.pid())!, ...rows.map(({ pid }) => pid)]
  }
})

describe('what the doors take', () => {
  const send = async (body: unknown) =>
    await t.request('/ingest/events', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await t.key(['ingest'])}`,
        'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const row = async (name: string) => (await sourceBoard(t.deps)).find((one) => one.name === name)

  it('is counted by source and minute, rejected facts and duplicates apart', async () => {
    expect(await row('ingest:typed')).toMatchObject({ state: 'waiting', group: 'push', today: 0 })
    await send([
      { id: 'a', name: 'x', user_id: 'u' },
      { id: 'b', name: 'x', user_id: 'u' },
    ])
    await send([{ id: 'a', name: 'x', user_id: 'u' }, { user_id: 'nameless' }])
    await send('{"id":"c","name":"x","user_id":"u"}\nnot json\n')
    const minute = new Date(Math.floor(clock / 60_000) * 60_000)
    const at = now()
    await flushDoorMinutes(t.deps)
    later(60_000)
    await send([{ id: 'd', name: 'x', user_id: 'u' }])
    await flushDoorMinutes(t.deps)
    await flushDoorMinutes(t.deps)
    const [first] = await t.sql`select * from door_minutes where source = 'typed' order by minute`
    expect(first).toEqual({ source: 'typed', minute, accepted: 3, duplicate: 1, rejected: 2, last_fact_at: at })
    const board = await row('ingest:typed')
    expect(board).toMatchObject({ state: 'up', today: 4, rejected24h: 2, lastFactAt: now() })
    expect(board?.perMinute).toHaveLength(60)
    expect(board?.perMinute.slice(-2)).toEqual([3, 1])
  })

  it('is kept for the next time when it cannot be written down', async () => {
    await send([{ id: 'e', name: 'x', user_id: 'u' }])
    const closed = connect(t.db.url)
    await closed.close()
    await expect(flushDoorMinutes({ writer: t.deps.writer, db: closed })).rejects.toThrow()
    const before = (await row('ingest:typed'))!.today
    await startDoorMinutes(t.deps).stop()
    expect((await row('ingest:typed'))!.today).toBe(before + 1)
  })

  it('is forgotten after two days, but for when it was last heard of', async () => {
    const last = (await row('ingest:typed'))!.lastFactAt!
    await pruneDoorMinutes(t.deps, new Date(clock + 72 * 3_600_000))
    expect(await t.sql`select last_fact_at from door_minutes where source = 'typed'`).toEqual([{ last_fact_at: last }])
  })

  it('and every other source, configured or not, is on the board', async () => {
    const { book } = t.deps
    book.degraded('redis', 'Redis does not answer')
    const config = {
      ...t.deps.config,
      redisUrl: 'redis://x',
      stripeWebhookSecrets: ['whsec_x'],
      logFiles: ['/data/logs/preview.log'],
      probeUrls: ['https://x.example/health?token=1'],
    }
    const board = await sourceBoard({ ...t.deps, config })
    const told = Object.fromEntries(
      board.map(({ name, state, reason }) => [name, reason ? `${state}: ${reason}` : state]),
    )
    expect(told).toEqual({
      'ingest:segment': 'waiting',
      'ingest:typed': 'up',
      'ingest:posthog': 'waiting',
      'ingest:otlp': 'waiting',
      'ingest:browser': 'waiting',
      'ingest:stripe': 'waiting',
      'ingest:paystack': 'off: PAYSTACK_SECRET_KEY is not set',
      'ingest:brevo': 'off: BREVO_WEBHOOK_TOKEN is not set',
      preset: 'off: PRESET is not set',
      redis: 'down: Redis does not answer',
      'logs:/data/logs/preview.log': 'waiting',
      'probe:https://x.example/health': 'waiting',
      'source-database': 'off: SOURCE_DATABASE_URL is not set',
      mainapp: 'off: MAIN_APP_URL is not set',
      nats: 'off: NATS_URL is not set',
    })
    book.recovered('redis')
  })
})
