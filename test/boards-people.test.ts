import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_BOARDS_OF_KEYS } from '../src/boards/store.ts'
import { cardOf, questionOf } from '../src/saved-queries/cards.ts'
import { boardsBrowser } from './boards-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillProduct } from './pages-fixture.ts'

let t: TestApp
let b: ReturnType<typeof boardsBrowser>
let viewer: string
let key: string
beforeAll(async () => {
  t = await testApp({ now: new Date('2026-11-20T12:00:00Z') })
  b = boardsBrowser(t)
  await fillProduct(t)
  viewer = await t.admin('viewer')
  key = await t.key(['read', 'act'])
})
afterAll(() => t?.close())

const send = (method: string, path: string, body?: unknown, type = 'application/json') =>
  t.request(path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': type },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })

const segmentOf = (...tenants: string[]) => ({
  rule: { match: 'all', conditions: [{ kind: 'tenant', op: 'is', values: tenants }] },
  shared: true,
})
const makeSegment = async (name: string, ...tenants: string[]) => {
  const made = await send('POST', '/api/segments', { name, ...segmentOf(...tenants) })
  if (made.status !== 201) throw new Error(await made.text())
}
const makeBoard = async (name: string, cards: object[]) => {
  const made = await send('POST', '/api/boards', { name, cards })
  if (made.status !== 201) throw new Error(await made.text())
  return ((await made.json()) as { board: string }).board
}

/** A page whose cards are all there: on a busy machine some may miss their budget and come with the next refresh. */
let asked = 0
async function settled(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    // An address of its own: the whole page of another one is kept for as long as the clock stands still.
    const html = await b.page(viewer, `${path}&asked=${++asked}`)
    if (n === 10 || !/q-card-(degraded|stale|error)|no value yet/.test(html)) return html
  }
}

/** Of u1, u3, u5 and u7; u1 pays since five days. */
const ACME = 'segment=acme-people'

describe('a board under a plan or a segment', () => {
  let path: string
  beforeAll(async () => {
    await makeSegment('Acme people', 'acme')
    const slug = await makeBoard('Of whom', [
      { id: 'dau', kind: 'tile', metric: 'users.dau' },
      { id: 'p95', kind: 'tile', metric: 'api.latency_p95' },
      { id: 'cost', kind: 'chart', metrics: ['ai.cost'], draw: 'line' },
      { id: 'two', kind: 'chart', metrics: ['ai.cost', 'api.latency_p95'], draw: 'line' },
      { id: 'classes', kind: 'breakdown', metric: 'users.dau', by: 'class', draw: 'line' },
      { id: 'models', kind: 'breakdown', metric: 'ai.requests', by: 'model', draw: 'bar' },
      { id: 'gauge', kind: 'gauge', metric: 'ai.cost', max: 10 },
      { id: 'slow', kind: 'gauge', metric: 'api.latency_p95', max: 5000 },
      { id: 'days', kind: 'table', metrics: ['ai.cost', 'api.latency_p95'], by: 'day' },
      { id: 'rows', kind: 'rows', metric: 'users.new' },
      { id: 'failed', kind: 'rows', metric: 'jobs.failed' },
      { id: 'stream', kind: 'activity' },
      { id: 'marks', kind: 'annotations' },
      { id: 'words', kind: 'text', text: 'Of whom?' },
    ])
    path = `/dashboard/boards/${slug}`
  })

  /** Each card's markup by its id. */
  async function cardsAt(query: string): Promise<Record<string, string>> {
    const html = await settled(`${path}?${query}`)
    const cells = html.split(/<div class="q-cell q-cell-w/).slice(1)
    return Object.fromEntries(cells.map((cell) => [/id="(?:card|tile)-b-(\w+)"/.exec(cell)?.[1] ?? '', cell]))
  }
  const numberOf = (cell: string | undefined) => /q-(?:tile-value q-num|num)"?[^>]*>([^<]+)</.exec(cell ?? '')?.[1]
  const emails = (cell: string | undefined) => [...new Set(cell?.match(/user\d@/g))].sort()

  it('every card of a metric that can be told of the segment is of its users', async () => {
    const [all, some] = [await cardsAt('range=30d'), await cardsAt(`range=30d&${ACME}`)]
    expect([numberOf(all.dau), numberOf(some.dau)]).toEqual(['8', '4'])
    // 8 or 4 users, 10 days, $0.02 a call.
    for (const id of ['cost', 'gauge', 'days', 'two']) {
      expect([all[id]?.includes('$1.60'), all[id]?.includes('$0.80')], id).toEqual([true, false])
      expect([some[id]?.includes('$1.60'), some[id]?.includes('$0.80')], id).toEqual([false, true])
    }
    expect(all.classes).toContain('free 8, paid 1')
    expect(some.classes).toContain('free 4, paid 1')
    expect(emails(all.rows)).toHaveLength(8)
    expect(emails(some.rows)).toEqual(['user1@', 'user3@', 'user5@', 'user7@'])
    expect(some.cost).toContain('/exports/metrics.csv?metrics=ai.cost&amp;compare=previous')
    expect(some.cost).toContain(`&amp;${ACME}`)
  })

  it('the numbers are those of the metric’s own page with the same filter', async () => {
    for (const query of ['range=30d', `range=30d&${ACME}`, 'range=30d&plan=pro', `range=7d&plan=pro&${ACME}`]) {
      const cards = await cardsAt(query)
      const page = await settled(`/dashboard/metrics/users.dau?${query}`)
      const own = /q-hero-value[^>]*>([^<]+)</.exec(page)?.[1]
      expect(own, query).toBeTruthy()
      expect(numberOf(cards.dau), query).toBe(own)
    }
  })

  it('a card whose numbers the filter does not change says so, and no other one does', async () => {
    const marked = async (query: string) =>
      Object.entries(await cardsAt(query)).flatMap(([id, cell]) => (cell.includes('q-all-users') ? [id] : []))
    expect(await marked('range=30d')).toEqual([])
    const ignoring = ['p95', 'two', 'models', 'slow', 'days', 'failed', 'stream', 'marks']
    expect(await marked(`range=30d&${ACME}`)).toEqual(ignoring)
    const { two, days, p95 } = await cardsAt(`range=30d&${ACME}`)
    // Of the two metrics of a card one honours the filter.
    for (const cell of [two, days]) expect(cell?.match(/class="q-all-users"/g)).toHaveLength(1)
    expect(p95).toContain('All users: this number is not kept by segment.')
  })

  it('is kept apart from the same board without it, and by what the segment says now', async () => {
    const dau = async (query: string) => numberOf((await cardsAt(query)).dau)
    await makeSegment('Changing', 'acme')
    // The clock stands still: what is kept is never too old to be shown.
    expect(await dau('range=90d')).toBe('8')
    expect(await dau('range=90d&plan=pro')).toBe('1')
    expect(await dau('range=90d&segment=changing')).toBe('4')
    const put = await send('PUT', '/api/segments/changing', { name: 'Changing', ...segmentOf('acme', 'mirai') })
    expect(put.status).toBe(200)
    expect(await dau('range=90d&segment=changing')).toBe('8')
  })
})

describe('a board that is pinned to a plan and a segment', () => {
  const pins = { pinned: 'on', range: '7d', compare: 'previous', plan: 'pro', segment: 'gone-soon' }
  let slug: string
  const save = async (fields: Record<string, string>) =>
    b.post(viewer, `/dashboard/boards/${slug}/settings`, { version: await b.versionOf(slug), name: 'Pins', ...fields })

  it('opens with them, and says them in its file, which can be put back', async () => {
    await makeSegment('Gone soon', 'acme')
    slug = await b.make(viewer, 'Pins')
    await b.add(viewer, slug, { kind: 'tile', 'metric-0': 'users.dau' })
    const editor = await b.page(viewer, `/dashboard/boards/${slug}/edit`)
    for (const option of ['<option value="pro">pro</option>', '<option value="gone-soon">Gone soon</option>'])
      expect(editor).toContain(option)
    expect((await save(pins)).status).toBe(303)
    const opened = await b.get(viewer, `/dashboard/boards/${slug}`)
    const address = `/dashboard/boards/${slug}?range=7d&plan=pro&segment=gone-soon&filters=board`
    expect([opened.status, opened.headers.get('location')]).toEqual([302, address])
    expect(await b.page(viewer, address)).toContain('plan pro, segment gone-soon')
    const yaml = await (await b.get(viewer, `/api/boards/${slug}.yaml`)).text()
    expect(yaml).toContain('plan: pro\n  segment: gone-soon')
    const made = await send('POST', '/api/boards', yaml.replace('board: pins', 'board: copied'), 'application/yaml')
    expect(made.status).toBe(201)
    expect(await made.json()).toMatchObject({ board: 'copied', filters: { plan: 'pro', segment: 'gone-soon' } })
  })

  it('is refused where there is no such segment: in the form, by a file and by a program', async () => {
    const form = await save({ ...pins, segment: 'nobody-made' })
    const html = await form.text()
    expect(form.status).toBe(422)
    expect(html).toContain('There is no segment “nobody-made”: choose another one, or none.')
    expect(html).toContain('<option value="nobody-made" selected="">')
    const yaml = 'name: Typo\nfilters:\n  segment: nobody-made\ncards: []\n'
    const put = await send('POST', '/api/boards', yaml, 'application/yaml')
    expect([put.status, (await put.text()).includes('nobody-made')]).toEqual([422, true])
    const imported = await b.post(viewer, '/dashboard/boards/import', { yaml, act: 'save', into: '' })
    expect([imported.status, (await imported.text()).includes('There is no segment “nobody-made”')]).toEqual([
      422,
      true,
    ])
  })

  it('says so once its segment is gone, and shows all users of the plan', async () => {
    expect((await send('DELETE', '/api/segments/gone-soon')).status).toBe(200)
    const gone = 'The segment “Gone soon” was deleted: all users are shown.'
    const opened = await b.get(viewer, `/dashboard/boards/${slug}`)
    expect(await settled(opened.headers.get('location') ?? '')).toContain(gone)
    expect(await b.page(viewer, `/dashboard/boards/${slug}/edit`)).toContain(gone)
    expect((await save(pins)).status).toBe(422)
    expect((await save({ ...pins, segment: '' })).status).toBe(303)
  })
})

it('programs make so many boards and no more', async () => {
  const fill = t.sql`
    insert into boards (slug, name, description, admin_id, shared, updated_by)
    select 'full-' || n, 'Full', '', null, true, 'key:test'
    from generate_series(1, ${MAX_BOARDS_OF_KEYS}::int - (select count(*)::int from boards where admin_id is null)) n`
  await fill
  const refused = await send('POST', '/api/boards', { name: 'One more', cards: [] })
  expect([refused.status, (await refused.text()).includes('200 boards')]).toEqual([422, true])
  expect((await send('DELETE', '/api/boards/full-1')).status).toBe(200)
  expect((await send('POST', '/api/boards', { name: 'One more', cards: [] })).status).toBe(201)
})

describe('the question of a card', () => {
  const period = { range: '7d', compare: 'none' }
  it.each([
    { kind: 'tile', config: { metric: 'users.dau', ...period } },
    { kind: 'chart', config: { metrics: ['users.dau', 'users.wau'], draw: 'area' } },
    { kind: 'breakdown', config: { metric: 'users.dau', by: 'class', draw: 'donut', ...period } },
    { kind: 'table', config: { metrics: ['users.dau'], by: 'day', range: '7d' } },
    { kind: 'table', config: { metrics: ['users.dau'], by: 'class' } },
  ] as const)('kept as a query makes the same card: %j', (card) => {
    const question = questionOf(card as unknown as Parameters<typeof questionOf>[0])
    expect(cardOf(question!)).toEqual(card)
  })

  it.each(['gauge', 'rows', 'activity', 'annotations', 'text'] as const)(
    'is none of a card that asks none: %s',
    (kind) => expect(questionOf({ kind, config: { metric: 'users.dau', text: 'x' } })).toBeUndefined(),
  )
})
