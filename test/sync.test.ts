import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPreset } from '../src/connectors/check.ts'
import { parseSqlFile } from '../src/connectors/sql-file.ts'
import { syncAll } from '../src/connectors/sync.ts'
import { syncStatus } from '../src/connectors/sync-status.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { killSync } from './helpers/kill-sync.ts'
import { type SourceDb, sourceDb } from './helpers/source-db.ts'

let source: SourceDb
let app: TestApp
let folder: string
let clock: Date

beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'quarterdeck-sync-')), 'shop')
  mkdirSync(folder)
  clock = new Date()
  source = await sourceDb()
  app = await testApp({ now: () => clock, config: { sourceDatabaseUrl: source.url, presets: [folder] } })
})
afterEach(async () => {
  await app.close()
  await source.close()
  rmSync(join(folder, '..'), { recursive: true })
})

const file = (name: string, text: string) => writeFileSync(join(folder, name), text)
const later = (seconds: number) => {
  clock = new Date(clock.getTime() + seconds * 1000)
}
const sync = () => syncAll(app.deps, { force: true })
const statusOf = async (name: string) => (await syncStatus(app.deps)).find((one) => one.file === name)!
const count = async (table: string): Promise<number> =>
  (await app.sql`select count(*)::int as n from ${app.sql(table)}`)[0]!.n

const PEOPLE = `-- kind: users
-- watermark: updated_at
-- key: id
select id::text as id, email, updated_at from people`

async function people(n: number): Promise<void> {
  await source.sql`create table people (id int primary key, email text, updated_at timestamptz)`
  await source.sql`
    insert into people select i, 'p' || i || '@example.com', now() - interval '1 day' + i * interval '1 microsecond'
    from generate_series(1, ${n}) i`
  file('users.sql', PEOPLE)
}

const CLICKS = `-- kind: events
-- watermark: at
-- key: id
select id, 'click' as name, who as user_id, at as ts, at, what from clicks`

async function clicks(n: number): Promise<void> {
  await source.sql`create table clicks (id bigint primary key, who text, what jsonb, at timestamptz)`
  await source.sql`
    insert into clicks select i, 'u' || i % 10, '{"a": 1}', now() - interval '1 day' + (i / 3) * interval '1 second'
    from generate_series(1, ${n}) i`
  file('events.sql', CLICKS)
}

describe('a file', () => {
  it('is read to its end in batches, and only what is new after that', async () => {
    await people(4500)
    await clicks(4500)
    expect(await sync()).toEqual({ files: 2, rows: 9000, failed: 0 })
    expect([await count('users'), await count('events')]).toEqual([4500, 4500])
    expect(await sync()).toEqual({ files: 2, rows: 0, failed: 0 })
    await source.sql`insert into clicks values (9001, 'u1', null, now())`
    await source.sql`update people set email = 'new@example.com', updated_at = now() where id = 7`
    expect(await sync()).toMatchObject({ rows: 2 })
    expect(await sync()).toMatchObject({ rows: 0 })
    expect(await count('events')).toBe(4501)
    expect([...(await app.sql`select email from users where user_id = '7'`)]).toEqual([{ email: 'new@example.com' }])
    const { properties, source: from } = (await app.sql`select * from events where properties is not null limit 1`)[0]!
    expect([properties.what, from]).toEqual([{ a: 1 }, 'sync:shop/events.sql'])
  })

  it('comes when it is due, and by hand at once', async () => {
    await people(1)
    file('slow.sql', PEOPLE.replace('-- key', '-- every: 5m\n-- key'))
    expect(await syncAll(app.deps)).toMatchObject({ files: 2 })
    expect(await syncAll(app.deps)).toMatchObject({ files: 0 })
    later(30)
    expect(await syncAll(app.deps)).toMatchObject({ files: 1 })
    later(290)
    expect(await syncAll(app.deps)).toMatchObject({ files: 2 })
    expect(await syncAll(app.deps, { force: true })).toMatchObject({ files: 2 })
  })

  it('says how far it is, how old what it has is, and that it has not come yet', async () => {
    await people(10)
    expect(await statusOf('users.sql')).toEqual({
      preset: 'shop',
      file: 'users.sql',
      kind: 'users',
      state: 'waiting',
      rows: 0,
      rejected: 0,
    })
    await sync()
    later(45)
    expect(await statusOf('users.sql')).toMatchObject({ state: 'ok', rows: 10, lagSeconds: 45 })
    expect((await statusOf('users.sql')).progress).toBeUndefined()
  })

  it('tells the progress of its first reading', async () => {
    await people(6000)
    await source.sql`analyze people`
    const told: unknown[] = []
    const stop = new AbortController()
    const write = app.deps.writer.write.bind(app.deps.writer)
    app.deps.writer.write = async (facts, meta) => {
      const outcome = await write(facts, meta)
      told.push((await statusOf('users.sql')).progress)
      if (told.length === 2) stop.abort(new Error('enough'))
      return outcome
    }
    await expect(syncAll(app.deps, { force: true, signal: stop.signal })).rejects.toThrow('enough')
    expect(told[1]).toEqual({ done: 2000, total: 6000 })
    app.deps.writer.write = write
    expect(await sync()).toMatchObject({ rows: 2000 })
    expect(await count('users')).toBe(6000)
  })
})

describe('a process that is killed (SIGKILL)', () => {
  it('in the midst of a table loses nothing and counts nothing twice', async () => {
    await clicks(9000)
    for (const afterWrites of [1, 3]) await killSync(app, folder, afterWrites)
    const stored = await count('events')
    const { rows, state } = await statusOf('events.sql')
    expect([state, stored > rows, rows < 9000]).toEqual(['waiting', true, true])
    // What the killed process had under way may still commit, while the rows are read again.
    expect(await sync()).toMatchObject({ failed: 0 })
    expect(await statusOf('events.sql')).toMatchObject({ rows: 9000, state: 'ok' })
    await app.fold()
    expect(await count('events')).toBe(9000)
    expect([...(await app.sql`select sum(n)::int as n from event_days where scope = '*'`)]).toEqual([{ n: 9000 }])
  }, 120_000)
})

describe('what is committed late', () => {
  it('is found though its watermark is older than what was read', async () => {
    await clicks(3)
    await source.sql`insert into clicks values (10, 'u1', null, now())`
    await sync()
    await source.sql`insert into clicks values (11, 'u1', null, now() - interval '40 seconds')`
    expect(await sync()).toMatchObject({ rows: 1 })
    expect(await count('events')).toBe(5)
  })

  it('is found as far back as the file says, and counted once by a process that has forgotten what it read', async () => {
    await clicks(0)
    file('events.sql', CLICKS.replace('-- key', '-- overlap: 10m\n-- key'))
    await source.sql`insert into clicks values (10, 'u1', null, now() - interval '1 minute')`
    await sync()
    await source.sql`insert into clicks values (11, 'u1', null, now() - interval '9 minutes')`
    const restarted = { ...app.deps, db: { ...app.deps.db } }
    expect(await syncAll(restarted, { force: true })).toMatchObject({ rows: 1 })
    expect(await count('events')).toBe(2)
  })

  it('is found behind a watermark that counts', async () => {
    await clicks(3)
    file('events.sql', CLICKS.replace('-- watermark: at', '-- watermark: id'))
    await source.sql`insert into clicks values (500, 'u1', null, now())`
    await sync()
    await source.sql`insert into clicks values (499, 'u1', null, now())`
    expect(await sync()).toMatchObject({ rows: 1 })
    expect(await statusOf('events.sql')).toMatchObject({ watermark: '500', rows: 5 })
  })
})

describe('odd watermarks', () => {
  it('of many rows at one instant, to the microsecond, are read once each', async () => {
    await people(5000)
    await source.sql`update people set updated_at = '2026-01-01 00:00:00.123456Z'`
    expect(await sync()).toMatchObject({ rows: 5000 })
    expect(await sync()).toMatchObject({ rows: 0 })
  })

  it('of the future hold nothing up', async () => {
    await clicks(3)
    await source.sql`insert into clicks values (10, 'u1', null, '2199-01-01')`
    expect(await sync()).toMatchObject({ rows: 3 })
    await source.sql`insert into clicks values (11, 'u1', null, now())`
    expect(await sync()).toMatchObject({ rows: 1 })
    expect(await statusOf('events.sql')).toMatchObject({ rows: 4, rejected: 1 })
  })

  it('without a time zone are UTC', async () => {
    await source.sql`create table visits (id int, at timestamp)`
    await source.sql`insert into visits values (1, '2026-05-01 12:00:00')`
    file(
      'events.sql',
      `-- kind: events\n-- watermark: ts\n-- key: id\nselect id, 'visit' as name, at as ts from visits`,
    )
    await sync()
    expect((await app.sql`select ts from events`)[0]!.ts).toEqual(new Date('2026-05-01T12:00:00Z'))
  })
})

describe('a file that fails', () => {
  it('is told with line and column, degrades its preset alone, and recovers by itself', async () => {
    await people(3)
    await clicks(3)
    await source.sql`alter table people rename email to mail`
    expect(await syncAll(app.deps)).toEqual({ files: 2, rows: 3, failed: 1 })
    const reason = 'line 4: column "email" does not exist'
    expect(await statusOf('users.sql')).toMatchObject({ state: 'error', reason })
    expect(await statusOf('events.sql')).toMatchObject({ state: 'ok' })
    expect(app.deps.book.isDegraded('preset:shop')).toBe(true)
    expect(app.deps.book.isDegraded('source-database')).toBe(false)
    await source.sql`alter table people rename mail to email`
    later(30)
    expect(await syncAll(app.deps)).toMatchObject({ rows: 3, failed: 0 })
    expect(app.deps.book.isDegraded('preset:shop')).toBe(false)
    expect(await statusOf('users.sql')).not.toHaveProperty('reason')
  })

  it('is tried again later and later', async () => {
    file('users.sql', PEOPLE)
    const waits: number[] = []
    for (let n = 0; n < 6; n++) {
      await sync()
      const [row] = await app.sql`select next_at from sync_state`
      waits.push((row!.next_at.getTime() - clock.getTime()) / 1000)
    }
    expect(waits).toEqual([30, 60, 120, 240, 300, 300])
    expect(await statusOf('users.sql')).toMatchObject({ reason: 'line 4: relation "people" does not exist' })
  })

  it.each([
    ['select 1 as id', /has no column updated_at, which is its watermark/],
    ['select 1 as id, true as updated_at', /a watermark is a timestamptz or a bigint/],
    ['select 1 as id, 2 as id, now() as updated_at', /two columns have one name/],
    ['select null::int as id, now() as updated_at', /the key is null in a row of/],
    ['select 1 as id, now() as updated_at from generate_series(1, 2)', /the key 1 comes twice/],
    ['select 1 as id; drop table people', /syntax error/],
    [
      'select 1 as id, now() as updated_at) q; drop table people; select * from (select 1',
      /cannot insert multiple commands/,
    ],
    ["select 1 as id, now() as updated_at, set_config('transaction_read_only', 'off', false)", /read-write mode/],
    ['select lo_create(0)::text as id, now() as updated_at', /read-only transaction/],
    ['select 1 / (i - 1) as id, now() as updated_at from generate_series(1, 2) i', /division by zero/],
  ])('names what is wrong with %s', async (select, reason) => {
    await people(1)
    file('users.sql', `-- kind: users\n-- watermark: updated_at\n-- key: id\n${select}`)
    expect(await sync()).toMatchObject({ failed: 1 })
    expect(await statusOf('users.sql')).toMatchObject({ state: 'error', reason: expect.stringMatching(reason) })
    expect(await source.sql`select * from people`).toHaveLength(1)
  })

  it('whose headers cannot be understood says which line', async () => {
    file('users.sql', '-- kind: users\n-- watermrk: x\nselect 1')
    await sync()
    expect(await statusOf('users.sql')).toMatchObject({
      state: 'error',
      reason: expect.stringMatching(/^line 2: there is no header "watermrk"/),
    })
  })

  it('with one bad row keeps that apart and goes on', async () => {
    await people(3)
    await source.sql`update people set email = repeat('x', 400) where id = 2`
    expect(await sync()).toMatchObject({ rows: 2, failed: 0 })
    expect(await statusOf('users.sql')).toMatchObject({ state: 'ok', rows: 2, rejected: 1 })
    const [rejected] = await app.sql`select source, reason, convert_from(raw, 'UTF8') as raw from rejected_facts`
    expect(rejected).toMatchObject({ source: 'sync:shop/users.sql', reason: expect.stringContaining('email') })
    expect(JSON.parse(rejected!.raw)).toMatchObject({ id: '2' })
  })

  it('of which no row fits is wrong itself: nothing is left behind as read', async () => {
    await people(100)
    file('users.sql', PEOPLE.replace('email,', '(id = 1) as email,'))
    expect(await sync()).toMatchObject({ rows: 0, failed: 1 })
    expect((await statusOf('users.sql')).reason).toBe(
      'no row is one of users: email expected text of at most 320 characters (row 1)',
    )
    expect(await count('rejected_facts')).toBe(0)
    file('users.sql', PEOPLE)
    expect(await sync()).toMatchObject({ rows: 100, failed: 0 })
  })

  it('of which rows are refused one after another, twenty of them, is wrong itself as well', async () => {
    await people(30)
    await sync()
    const spoil = (from: number, to: number) => source.sql`
      update people set email = repeat('x', 400), updated_at = clock_timestamp() where id between ${from} and ${to}`
    await spoil(1, 12)
    await sync()
    expect(await statusOf('users.sql')).toMatchObject({ state: 'ok', rejected: 12 })
    await spoil(13, 24)
    for (let n = 0; n < 2; n++) {
      await sync()
      expect(await statusOf('users.sql')).toMatchObject({
        state: 'error',
        reason: 'no row is one of users: email expected text of at most 320 characters (row 13)',
        rejected: 24,
      })
      expect(app.deps.book.isDegraded('preset:shop')).toBe(true)
    }
    await source.sql`update people set updated_at = clock_timestamp() where id = 30`
    await sync()
    expect(await statusOf('users.sql')).toMatchObject({ state: 'ok', rows: 31 })
    expect(await count('rejected_facts')).toBe(24)
  })

  it('is off while a table that it requires is not there', async () => {
    file('users.sql', PEOPLE.replace('-- key', '-- requires: people\n-- key'))
    expect(await sync()).toMatchObject({ failed: 0 })
    expect(await statusOf('users.sql')).toMatchObject({ state: 'off', reason: 'there is no table people' })
    await people(2)
    expect(await sync()).toMatchObject({ rows: 2 })
    expect(await statusOf('users.sql')).toMatchObject({ state: 'ok' })
  })

  it('waits for a source that is away, which is told once and is not its own fault', async () => {
    await people(2)
    await clicks(2)
    await source.stop()
    await sync()
    const status = await statusOf('users.sql')
    expect(status).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('The source database does not answer'),
    })
    expect(app.deps.book.isDegraded('source-database')).toBe(true)
    expect(app.deps.book.isDegraded('preset:shop')).toBe(false)
    await source.start()
    later(15)
    expect(await syncAll(app.deps)).toMatchObject({ files: 2, rows: 4 })
    expect(app.deps.book.isDegraded('source-database')).toBe(false)
  })

  it('says so when there is no SOURCE_DATABASE_URL, and when there is no file', async () => {
    app.deps.config = { ...app.deps.config, sourceDatabaseUrl: '' }
    await sync()
    expect(await syncStatus(app.deps)).toMatchObject([{ state: 'error', reason: 'there is no file in its folder' }])
    file('users.sql', PEOPLE)
    await sync()
    expect(await statusOf('users.sql')).toMatchObject({ state: 'error', reason: 'SOURCE_DATABASE_URL is not set' })
  })
})

describe('two processes', () => {
  it('do not read one preset at once', async () => {
    await clicks(3)
    const other = { ...app.deps, db: { ...app.deps.db } }
    const write = app.deps.writer.write.bind(app.deps.writer)
    const meanwhile: unknown[] = []
    const writer = {
      ...app.deps.writer,
      write: async (...args: Parameters<typeof write>) => {
        meanwhile.push(await syncAll(other, { force: true }))
        return await write(...args)
      },
    }
    expect(await syncAll({ ...app.deps, writer }, { force: true })).toMatchObject({ rows: 3 })
    expect(meanwhile).toEqual([{ files: 0, rows: 0, failed: 0 }])
  })

  it('of which one has lost its lock do not overwrite how far the other is', async () => {
    await clicks(3)
    const write = app.deps.writer.write.bind(app.deps.writer)
    const writer = {
      ...app.deps.writer,
      write: async (...args: Parameters<typeof write>) => {
        await app.sql`update sync_state set position = '{"type":"timestamptz","watermark":"2026-01-01","key":""}'`
        return await write(...args)
      },
    }
    await syncAll({ ...app.deps, writer }, { force: true })
    expect((await app.sql`select position from sync_state`)[0]!.position.watermark).toBe('2026-01-01')
    await sync()
    expect(await count('events')).toBe(3)
  })
})

describe('the headers', () => {
  const parse = (text: string) => () => parseSqlFile(text)

  it('say what a file is', () => {
    const text =
      '-- Clicks of the shop.\r\n-- kind: events\r\n-- watermark: at\r\n-- key: id\r\n-- every: 5m\r\n-- requires: a.b, c\r\n\r\nselect 1 -- end\r\n;\r\n'
    expect(parseSqlFile(text)).toEqual({
      kind: 'events',
      watermark: 'at',
      key: 'id',
      everySeconds: 300,
      requires: ['a.b', 'c'],
      select: 'select 1 -- end\n',
      line: 8,
    })
  })

  it.each([
    ['-- kind: users', /there is no SELECT/],
    ['select 1', /line 1: the header "-- kind: …" is missing/],
    ['-- kind: people\nselect 1', /line 1: there is no kind "people", only/],
    ['-- kind: users\n-- kind: users\nselect 1', /line 2: "kind" comes twice/],
    ['-- kind:\nselect 1', /line 1: "kind" is empty/],
    ['-- kind: users\n-- watermark: a\n-- key: b\n-- every: 2s\nselect 1', /line 4: "2s" is less than 5s/],
    ['-- kind: users\n-- watermark: a\n-- key: b\n-- every: soon\nselect 1', /line 4: "soon" is not a time/],
    ['-- kind: users\n-- watermark: a\n-- key: b\ndelete from users', /line 4: only a SELECT/],
  ])('%j is refused with the line', (text, reason) => {
    expect(parse(text)).toThrow(reason)
  })
})

describe('a dry run', () => {
  it('is told what is wrong by column, and ten rows as they would be sent', async () => {
    await people(30)
    await source.sql`update people set updated_at = null where id = 30`
    file('users.sql', PEOPLE.replace('email,', 'email, id > 0 as plan, 1 as shoe_size, 1 as _hidden,'))
    file('objects.sql', PEOPLE.replace('kind: users', 'kind: objects'))
    const [objects, users] = await checkPreset(app.deps, folder)
    expect(users).toMatchObject({ preset: 'shop', name: 'users.sql', kind: 'users', state: 'error' })
    expect(users!.findings).toEqual([
      { level: 'warning', column: 'shoe_size', reason: 'is no field of users: it goes to traits' },
      { level: 'error', column: 'plan', reason: 'expected text of at most 300 characters' },
      { level: 'error', reason: '29 of 29 rows would be refused: plan expected text of at most 300 characters (1)' },
      { level: 'warning', column: 'updated_at', reason: 'is null in some rows (30): they are never read' },
    ])
    expect(users!.rows).toHaveLength(10)
    expect(users!.rows[0]).toMatchObject({ key: '1', fields: { id: '1', email: 'p1@example.com', shoe_size: 1 } })
    expect(users!.rows[0]!.fields).not.toHaveProperty('_hidden')
    expect(objects!.findings).toContainEqual({ level: 'error', column: 'kind', reason: 'is required of objects' })
    expect(await count('users')).toBe(0)
  })

  it('is told of a source that is away', async () => {
    await people(1)
    await source.stop()
    expect(await checkPreset(app.deps, folder)).toMatchObject([
      { state: 'error', findings: [{ reason: expect.stringContaining('does not answer') }] },
    ])
  })
})
