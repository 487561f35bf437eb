import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { boardsBrowser } from './boards-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { fillProduct } from './pages-fixture.ts'

let t: TestApp
let b: ReturnType<typeof boardsBrowser>
beforeAll(async () => {
  t = await testApp()
  b = boardsBrowser(t)
  await fillProduct(t)
})
afterAll(() => t?.close())

const TILE = { kind: 'tile', 'metric-0': 'ai.cost' }
const CHART = { kind: 'chart', 'metric-0': 'users.dau', draw: 'line' }

describe('a board', () => {
  it('is made, filled, arranged and sized by forms alone, and is found as it was left', async () => {
    const viewer = await b.admin('maker@x.example', 'viewer')
    const slug = await b.make(viewer, '  My   first <board> ')
    expect(slug).toBe('my-first-board')
    expect((await b.add(viewer, slug, TILE)).headers.get('location')).toBe(
      '/dashboard/boards/my-first-board/edit?added=ai-cost#cell-ai-cost',
    )
    await b.add(viewer, slug, CHART)
    await b.add(viewer, slug, { kind: 'text', text: '# Why\n\nBecause.' })
    expect(await b.cards(slug)).toEqual(['ai-cost 3s', 'users-dau 6m', 'text 4m'])
    await b.act(viewer, slug, 'text', 'earlier')
    await b.act(viewer, slug, 'users-dau', 'wider')
    await b.act(viewer, slug, 'users-dau', 'taller')
    expect(await b.cards(slug)).toEqual(['ai-cost 3s', 'text 4m', 'users-dau 8l'])
    await b.act(viewer, slug, 'users-dau', 'place', { before: 'ai-cost' })
    await b.act(viewer, slug, 'ai-cost', 'place', { before: '' })
    expect(await b.cards(slug)).toEqual(['users-dau 8l', 'text 4m', 'ai-cost 3s'])
    await b.post(viewer, '/logout')
    const again = await t.request('/login', {
      method: 'POST',
      headers: { origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email: 'maker@x.example', password: 'a long enough password' }).toString(),
    })
    const cookie = again.headers.get('set-cookie')!.split(';')[0]!
    const html = await b.page(cookie, `/dashboard/boards/${slug}`)
    expect(html).toContain('My first &lt;board&gt;')
    const ids = [...html.matchAll(/id="(?:card|tile)-b-([\w-]+)"/g)].map(([, id]) => id)
    expect(ids).toEqual(['users-dau', 'text', 'ai-cost'])
    // 8 users, 10 days, $0.02 a call.
    expect(html).toContain('$1.60')
  })

  it('takes a card out, and puts it back where it stood, also after other changes', async () => {
    const viewer = await t.admin('viewer')
    const slug = await b.make(viewer, 'Undo')
    for (const card of [TILE, CHART, { kind: 'activity' }]) await b.add(viewer, slug, card)
    await b.act(viewer, slug, 'ai-cost', 'remove')
    expect(await b.page(viewer, `/dashboard/boards/${slug}/edit`)).toContain('“AI cost” is removed.')
    await b.act(viewer, slug, 'activity', 'wider')
    expect(await b.cards(slug)).toEqual(['users-dau 6m', 'activity 6m'])
    const undo = () =>
      b.versionOf(slug).then((version) => b.post(viewer, `/dashboard/boards/${slug}/undo`, { version }))
    expect((await undo()).status).toBe(303)
    expect(await b.cards(slug)).toEqual(['ai-cost 3s', 'users-dau 6m', 'activity 6m'])
    expect((await undo()).status).toBe(409)
  })

  it('is duplicated, pinned to the rail, found by the palette, and deleted', async () => {
    const viewer = await t.admin('viewer')
    const slug = await b.make(viewer, 'Twin')
    await b.add(viewer, slug, TILE)
    const copy = await b.post(viewer, `/dashboard/boards/${slug}/duplicate`)
    expect(copy.headers.get('location')).toBe('/dashboard/boards/twin-copy')
    expect(await b.cards('twin-copy')).toEqual(['ai-cost 3s'])
    await b.post(viewer, '/dashboard/boards/twin-copy/pin')
    const rail = (html: string) => /<nav class="q-nav"[\s\S]*?<\/nav>/.exec(html)![0]
    expect(rail(await b.page(viewer, '/dashboard'))).toContain('href="/dashboard/boards/twin-copy"')
    const palette = (await (await b.get(viewer, '/dashboard/palette.json')).json()) as { items: object[] }
    expect(palette.items).toContainEqual({
      group: 'Boards',
      title: 'Twin (copy)',
      href: '/dashboard/boards/twin-copy',
      note: 'yours',
    })
    const version = await b.versionOf('twin-copy')
    expect((await b.post(viewer, '/dashboard/boards/twin-copy/delete', { version })).status).toBe(303)
    expect((await b.get(viewer, '/dashboard/boards/twin-copy')).status).toBe(404)
    expect(rail(await b.page(viewer, '/dashboard'))).not.toContain('twin-copy')
  })

  it('opens with its own filters where it has some, and from then on the bar has them', async () => {
    const viewer = await t.admin('viewer')
    const slug = await b.make(viewer, 'Quarter')
    const settings = { name: 'Quarter', description: 'How it went', pinned: 'on', range: '90d', compare: 'year' }
    await b.post(viewer, `/dashboard/boards/${slug}/settings`, { version: await b.versionOf(slug), ...settings })
    const opened = await b.get(viewer, `/dashboard/boards/${slug}`)
    expect([opened.status, opened.headers.get('location')]).toEqual([
      302,
      '/dashboard/boards/quarter?range=90d&compare=year&filters=board',
    ])
    expect(await b.page(viewer, opened.headers.get('location')!)).toContain('How it went')
    expect((await b.get(viewer, `/dashboard/boards/${slug}?range=7d`)).status).toBe(200)
    const { name, description } = settings
    await b.post(viewer, `/dashboard/boards/${slug}/settings`, { version: await b.versionOf(slug), name, description })
    expect((await b.get(viewer, `/dashboard/boards/${slug}`)).status).toBe(200)
  })

  it.each([
    [{ kind: 'tile', 'metric-0': 'ai.costs' }, 'Did you mean ai.cost'],
    [{ kind: 'tile', 'metric-0': '' }, 'Name a metric.'],
    [{ ...CHART, 'metric-0': 'ai.cost', 'metric-1': 'users.dau', 'metric-2': 'ai.error_rate' }, '3 units'],
    [{ kind: 'breakdown', 'metric-0': 'ai.error_rate', by: 'model', draw: 'bar' }, 'do not add up: draw them as lines'],
    [{ kind: 'breakdown', 'metric-0': 'users.dau', by: 'class', draw: 'donut' }, 'a donut would be wrong'],
    [{ kind: 'breakdown', 'metric-0': 'ai.cost', by: 'country', draw: 'bar' }, 'split by model, provider, service'],
    [{ kind: 'gauge', 'metric-0': 'ai.cost' }, 'Where does the arc end?'],
    [{ kind: 'gauge', 'metric-0': 'ai.cost', max: 'a lot' }, 'Money is in USD here, such as $1,200'],
    [{ kind: 'gauge', 'metric-0': 'ai.latency_p95', max: '10 s', warn: '4' }, '4 of what?'],
    [{ kind: 'rows', 'metric-0': 'users.online' }, 'it leaves no rows'],
    [{ kind: 'text', text: '   ' }, 'Write something.'],
    [{ ...TILE, title: 'x'.repeat(81) }, 'at most 80 characters'],
  ])('refuses %j with the reason at its field, and keeps what was entered', async (fields, reason) => {
    const viewer = await t.admin('viewer')
    const slug = await b.make(viewer, 'Refused')
    const answer = await b.add(viewer, slug, fields as unknown as Record<string, string>)
    expect(answer.status).toBe(422)
    const html = await answer.text()
    expect(/role="alert"[\s\S]*?<\/p>/.exec(html)?.[0]).toContain(reason)
    for (const value of Object.values(fields).filter((one) => one.trim() !== '' && one !== fields.kind))
      expect(html, value).toContain(value)
    expect(await b.cards(slug)).toEqual([])
  })

  it('takes a metric by its label, and shows the card before it is saved', async () => {
    const viewer = await t.admin('viewer')
    const slug = await b.make(viewer, 'Preview')
    const answer = await b.post(viewer, `/dashboard/boards/${slug}/cards`, {
      act: 'preview',
      version: '1',
      kind: 'tile',
      'metric-0': 'ai COST',
    })
    const html = await answer.text()
    expect([answer.status, html.includes('value="ai.cost"'), html.includes('$1.60')]).toEqual([200, true, true])
    expect(await b.cards(slug)).toEqual([])
  })
})

describe('the limits of a gauge', () => {
  it('are taken as people write values of its metric, kept as numbers, and shown as they were meant', async () => {
    const viewer = await t.admin('viewer')
    const slug = await b.make(viewer, 'Limits')
    const fields = { kind: 'gauge', 'metric-0': 'ai.latency_p95', max: '1 m', warn: '4 s', crit: '1,500 ms' }
    expect((await b.add(viewer, slug, fields)).status).toBe(303)
    const [row] = await t.sql`
      select c.config from board_cards c join boards b on b.id = c.board_id where b.slug = ${slug}`
    expect(row?.config).toMatchObject({ max: 60_000, warn: 4_000, crit: 1_500 })
    const html = await b.page(viewer, `/dashboard/boards/${slug}/cards/ai-latency-p95`)
    for (const value of ['1 m', '4 s', '1.5 s']) expect(html).toContain(`value="${value}"`)
  })
})

describe('two who edit one board', () => {
  it('the later gets the conflict with what they entered, nothing is lost, and saving again works', async () => {
    const [first, second] = await Promise.all([b.admin('one@x.example', 'operator'), b.admin('two@x.example', 'owner')])
    const slug = await b.make(first, 'Together')
    await b.add(first, slug, TILE)
    await b.post(first, `/dashboard/boards/${slug}/share`)
    const version = await b.versionOf(slug)
    const save = (cookie: string, title: string, read: string) =>
      b.post(cookie, `/dashboard/boards/${slug}/cards`, {
        act: 'save',
        version: read,
        kind: 'text',
        title,
        text: title,
      })
    expect((await save(first, 'Of the first', version)).status).toBe(303)
    const late = await save(second, 'Of the second', version)
    const html = await late.text()
    expect(late.status).toBe(409)
    expect(html).toContain('one@x.example saved version 3 of this board')
    expect(html).toContain('Of the second')
    expect((await save(second, 'Of the second', /name="version" value="(\d+)"/.exec(html)![1]!)).status).toBe(303)
    expect(await b.cards(slug)).toEqual(['ai-cost 3s', 'text 4m', 'text-2 4m'])
    // A button pressed on an old page does nothing either.
    const moved = await b.post(second, `/dashboard/boards/${slug}/cards/text/do`, { act: 'earlier', version })
    expect([moved.status, await b.cards(slug)]).toEqual([409, ['ai-cost 3s', 'text 4m', 'text-2 4m']])
    expect(await moved.text()).toContain('your change was not made')
    const gone = await b.post(first, `/dashboard/boards/${slug}/delete`, { version })
    expect(gone.status).toBe(409)
  })

  it('at the very same time: one wins, the other is told', async () => {
    const viewer = await t.admin('viewer')
    const slug = await b.make(viewer, 'Race')
    const add = (title: string) =>
      b.post(viewer, `/dashboard/boards/${slug}/cards`, { act: 'save', version: '1', kind: 'text', title, text: title })
    const states = (await Promise.all(['a', 'b', 'c'].map(add))).map(({ status }) => status)
    expect(states.sort()).toEqual([303, 409, 409])
    expect(await b.cards(slug)).toHaveLength(1)
  })
})

describe('READ_ONLY', () => {
  it('leaves one’s own boards alone and holds what is shared', async () => {
    const operator = await t.admin('operator')
    const shared = await b.make(operator, 'Shared before')
    await b.post(operator, `/dashboard/boards/${shared}/share`)
    const app = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    const locked = boardsBrowser({ sql: t.sql, request: async (path, init) => app.request(path, init) })
    const own = await locked.make(operator, 'Own, locked')
    expect((await locked.add(operator, own, TILE)).status).toBe(303)
    expect((await locked.post(operator, `/dashboard/boards/${own}/share`)).status).toBe(403)
    expect((await locked.add(operator, shared, TILE)).status).toBe(403)
    expect((await locked.post(operator, `/dashboard/boards/${shared}/pin`)).status).toBe(303)
  })
})
