import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkPreset } from '../src/connectors/check.ts'
import { loadPreset } from '../src/connectors/presets.ts'
import { syncAll } from '../src/connectors/sync.ts'
import { syncStatus } from '../src/connectors/sync-status.ts'
import { lists, NOW } from './fixtures/presets/devhq/data.ts'
import { type DevHq, devhq } from './fixtures/presets/devhq/server.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { otherProcess } from './presets-kit.ts'

const FILE = {
  kind: 'objects',
  path: '/api/admin/projects',
  items: 'data',
  cursor: { param: 'cursor', from: 'next_cursor' },
  since: { param: 'updated_since' },
  key: 'id',
  watermark: 'updated_at',
  map: { id: 'id', kind: '=project', name: 'name', created_at: 'created_at', updated_at: 'updated_at' },
}

let server: DevHq
let t: TestApp
let folder: string
let now = NOW

const write = (file: object | string, name = 'projects.json') =>
  writeFileSync(join(folder, name), typeof file === 'string' ? file : JSON.stringify(file))
const sync = () => syncAll(t.deps, { force: true })
const status = async () => (await syncStatus(t.deps))[0]!
const projects = async () =>
  (await t.sql`select count(*)::int as n from objects where kind = 'project'`)[0]!.n as number
const json = (body: unknown) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'preset-'))
  server = await devhq()
  const config = { presets: [folder], mainAppUrl: server.url, mainAppKey: server.key }
  t = await testApp({ now: () => now, config })
})
afterAll(async () => {
  await t?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  now = NOW
  server.data.projects = structuredClone(lists.projects)
  server.mishaps.length = 0
  server.asked.length = 0
  write(FILE)
  await t.sql`truncate sync_state, objects, events, rejected_facts`
})

describe('a resource file that is wrong', () => {
  it.each([
    ['no JSON', '{\n  "kind": "objects",\n}', /^line 3: this is not JSON/],
    ['no such kind', { ...FILE, kind: 'sheep' }, /^kind there is no kind "sheep", only .*api-calls/],
    ['no path', { ...FILE, path: undefined }, /^path is required/],
    ['a path to elsewhere', { ...FILE, path: '//evil.example.com/x' }, /^path must begin with one slash/],
    ['a mistyped key', { ...FILE, wartermark: 'x' }, /there is no "wartermark"/],
    ['a key that is not mapped', { ...FILE, key: 'uuid' }, /^key "uuid" is not a field of "map"/],
    ['a field from nowhere', { ...FILE, map: { ...FILE.map, name: 7 } }, /^map\.name/],
    ['too often', { ...FILE, every: '1s' }, /^every "1s" is less than 5s/],
    ['no time', { ...FILE, every: 'often' }, /^every "often" is not a time such as 30s/],
    ['events without since', { ...FILE, kind: 'events', since: undefined }, /^since is required of events/],
  ])('says so: %s', async (_, file, reason) => {
    write(file)
    expect(loadPreset(folder)[0]!.broken).toMatch(reason)
    await sync()
    expect(await status()).toMatchObject({ state: 'error', reason: expect.stringMatching(reason) })
    expect(server.asked).toEqual([])
  })
})

describe('an answer that is wrong', () => {
  it.each([
    ['no JSON', { body: '<html>' }, 'what /api/admin/projects answers is not JSON'],
    ['no list', json({ data: { '1': {} } }), '"data" in the answer is an object where a list is expected'],
    ['nothing there', json({ items: [] }), '"data" in the answer is missing where a list is expected'],
    [
      'an odd cursor',
      json({ data: [], next_cursor: ['x'] }),
      '"next_cursor" in the answer is a list where a cursor is expected',
    ],
    ['a wrong address', { status: 404 }, 'there is no /api/admin/projects at MAIN_APP_URL (404)'],
    ['not for this key', { status: 403 }, 'MAIN_APP_KEY may not read /api/admin/projects (403)'],
    ['a bad request', { status: 418 }, '/api/admin/projects answers 418'],
    [
      'more than it should be',
      { body: ' '.repeat(6 * 1024 ** 2) },
      'the answer is larger than 5 MB: ask for smaller pages',
    ],
  ])('says where: %s', async (_, mishap, reason) => {
    server.mishaps.push(mishap)
    await sync()
    expect(await status()).toMatchObject({ state: 'error', reason })
    expect(t.deps.book.isDegraded(`preset:${basename(folder)}`)).toBe(true)
    await sync()
    expect(await status()).toMatchObject({ state: 'ok', rows: 90 })
    expect(t.deps.book.isDegraded(`preset:${basename(folder)}`)).toBe(false)
  })

  it('keeps a bad item apart, with its reason, and takes its neighbours', async () => {
    const good = server.data.projects[0]!
    server.mishaps.push(
      json({
        data: [null, good, 7, { ...good, id: null }, { ...good, id: 900, updated_at: 'soon' }, { ...good, id: 901 }],
      }),
    )
    await sync()
    expect(await status()).toMatchObject({ state: 'ok', rows: 2, rejected: 4 })
    const rejected = await t.sql`select reason, convert_from(raw, 'UTF8') as raw from rejected_facts`
    expect(rejected.map(({ reason }) => reason).sort()).toEqual([
      'id is required',
      'id is required',
      'id is required',
      'updated_at expected a date and time from 1990 to 2199',
    ])
    expect(rejected.some(({ raw }) => raw.includes('"item":7'))).toBe(true)
  })

  it('is not walked in a circle', async () => {
    const cursor = { data: [server.data.projects[0]], next_cursor: 'again' }
    server.mishaps.push(json(cursor), json(cursor))
    await sync()
    expect(await status()).toMatchObject({
      state: 'error',
      reason: expect.stringContaining('the cursor does not move on'),
    })
    expect(server.asked).toHaveLength(2)
  })

  it('is not followed to another host, which gets no key', async () => {
    const other = await devhq()
    const elsewhere = other.url.replace('127.0.0.1', 'localhost')
    server.mishaps.push({ status: 302, headers: { location: `${elsewhere}/api/admin/projects` } })
    await sync()
    expect(await status()).toMatchObject({
      state: 'waiting',
      reason: expect.stringContaining('another host, localhost'),
    })
    expect(other.asked).toEqual([])
    await other.close()
  })
})

describe('a long list', () => {
  it('goes on where it was, and begins again when its cursor is not known any more', async () => {
    server.mishaps.push({ status: 200 }, { status: 500 })
    server.mishaps[0] = json({ data: server.data.projects.slice(0, 3), next_cursor: 'long-gone' })
    Object.assign(server.mishaps[1]!, { status: 410 })
    expect(await sync()).toMatchObject({ failed: 0 })
    expect(server.asked.slice(0, 3)).toEqual(['projects', 'projects?cursor=long-gone', 'projects'])
    expect(await projects()).toBe(90)
  })

  it('ends a run of many pages and goes on with the next', async () => {
    const page = (n: number) => json({ data: [{ ...lists.projects[0], id: n }], next_cursor: `after-${n}` })
    server.mishaps.push(...Array.from({ length: 200 }, (_, n) => page(n + 1)))
    await sync()
    expect(await projects()).toBe(200)
    expect(server.asked).toHaveLength(200)
    server.mishaps.push(json({ data: [{ ...lists.projects[0], id: 201 }], next_cursor: null }))
    await sync()
    expect(server.asked.slice(200)).toEqual(['projects?cursor=after-200'])
    expect(await projects()).toBe(201)
  })
})

describe('what is new', () => {
  it('is found though it was committed late, and is not written again', async () => {
    const at = (seconds: number) => new Date(NOW.getTime() + 1000 * seconds).toISOString()
    const add = (id: number, seconds: number) =>
      server.data.projects.push({ ...lists.projects[0], id, updated_at: at(seconds) })
    await sync()
    now = new Date(at(100))
    add(1001, 95)
    await sync()
    now = new Date(at(105))
    add(1002, 80)
    expect(await sync()).toMatchObject({ rows: 1 })
    now = new Date(at(400))
    expect(await sync()).toMatchObject({ rows: 0 })
    // All is settled now: another process, which has forgotten what was read, reads nothing again.
    await syncAll(otherProcess(t.deps), { force: true })
    server.asked.length = 0
    expect(await syncAll(otherProcess(t.deps), { force: true })).toMatchObject({ rows: 0 })
    expect(server.asked).toEqual([`projects?updated_since=${encodeURIComponent(at(95.001))}`])
    expect(await projects()).toBe(92)
  })

  it('is asked for as the answer says, where it says so', async () => {
    write({ ...FILE, since: { param: 'after', from: 'meta.until' } })
    server.mishaps.push(
      json({ data: server.data.projects.slice(0, 2), meta: { until: 17 } }),
      json({ data: [], meta: {} }),
    )
    await sync()
    await sync()
    expect(server.asked).toEqual(['projects', 'projects?after=17'])
    expect((await status()).reason).toContain('"meta.until" in the answer does not say since when')
  })

  it('is all there is, each time, where nothing else can be asked', async () => {
    write({ ...FILE, since: undefined })
    expect(await sync()).toMatchObject({ rows: 90 })
    Object.assign(server.data.projects[3]!, { name: 'Renamed', updated_at: '2026-11-19T11:00:00Z' })
    expect(await sync()).toMatchObject({ rows: 1 })
  })
})

describe('the map', () => {
  it('finds what lies deep, renames values, multiplies, and keeps to itself what begins with a line', async () => {
    write({
      ...FILE,
      items: 'result.pages.0.rows',
      cursor: undefined,
      key: '_key',
      map: {
        ...FILE.map,
        _key: 'id',
        status: { path: 'state', values: { '1': 'open', true: 'done' } },
        quantity: { path: 'price', times: 100 },
        cents: { path: 'text', times: 100 },
        deep: 'a.b.1.c',
      },
    })
    const item = {
      ...lists.projects[0],
      state: 1,
      price: 19.99,
      text: 'n/a',
      a: { b: [0, { c: 'found' }] },
      'a.b.1.c': 'no',
    }
    server.mishaps.push(json({ result: { pages: [{ rows: [item, { ...item, id: 2, state: true, price: '4.35' }] }] } }))
    await sync()
    const rows = await t.sql`select status, quantity, properties from objects order by object_id`
    expect([...rows]).toEqual([
      { status: 'open', quantity: 1999, properties: { cents: 'n/a', deep: 'found' } },
      { status: 'done', quantity: 435, properties: { cents: 'n/a', deep: 'found' } },
    ])
  })
})

describe('the check of a resource', () => {
  it.each([
    [
      'a path that no item has',
      { map: { ...FILE.map, name: 'titel' } },
      'ok',
      'name',
      '"titel" is in none of 25 items',
    ],
    ['a watermark that is none', { watermark: 'name' }, 'error', 'name', 'is no instant in 25 of 25 items'],
    ['a key that is not unique', { key: 'kind' }, 'error', 'kind', 'is not unique'],
    [
      'a cursor under another name',
      { cursor: { param: 'page', from: 'next_cursor' } },
      'error',
      'cursor',
      'is "page" right?',
    ],
    ['a parameter it does not know', { since: { param: 'from' } }, 'warning', 'since', 'older items'],
    ['a field that the kind needs', { map: { ...FILE.map, kind: 'category' } }, 'error', undefined, 'kind is required'],
  ])('finds %s', async (_, change, level, column, reason) => {
    write({ ...FILE, ...change })
    const [checked] = await checkPreset(t.deps, folder)
    const expected = { ...(column && { column }), reason: expect.stringContaining(reason) }
    expect(checked!.findings).toContainEqual(expect.objectContaining(expected))
    expect(checked!.state).toBe(level === 'error' ? 'error' : 'ok')
  })

  it('says of a main app that is away or not set that it is', async () => {
    const check = async (mainAppUrl: string) => {
      const deps = { ...t.deps, config: { ...t.deps.config, mainAppUrl } }
      return (await checkPreset(deps, folder))[0]!.findings.map(({ reason }) => reason).join()
    }
    expect(await check('')).toBe('MAIN_APP_URL is not set')
    expect(await check('http://127.0.0.1:1')).toMatch(/^The main app does not answer: .*(ECONNREFUSED|bad port)/)
  })
})
