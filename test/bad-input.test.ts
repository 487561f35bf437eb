import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { boardsBrowser } from './boards-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const ODD = '<b>x</b> "quo\'te" & 🚀'
const ODD_SHOWN = '&lt;b&gt;x&lt;/b&gt; &quot;quo&#39;te&quot; &amp; 🚀'

let t: TestApp
let b: ReturnType<typeof boardsBrowser>
let ada: string
let ben: string
beforeAll(async () => {
  t = await testApp()
  b = boardsBrowser(t)
  ada = await b.admin('ada@admin.example', 'operator')
  ben = await b.admin('ben@admin.example', 'operator')
})
afterAll(() => t.close())

const RULE = { match: 'all', 'c.group': '0', 'c.kind': 'plan', 'c.op': 'is', 'c.values': 'pro' }

describe('a segment', () => {
  it('of one’s own is in nobody else’s list, not even right after its owner looked', async () => {
    await b.post(ada, '/dashboard/segments', { ...RULE, name: 'Only Ada’s' })
    await b.post(ada, '/dashboard/segments', { ...RULE, name: 'For all', shared: 'on' })
    expect(await b.page(ada, '/dashboard/segments')).toContain('Only Ada’s')
    const other = await b.page(ben, '/dashboard/segments')
    expect(other).toContain('For all')
    expect(other).not.toContain('Only Ada’s')
  })

  it('that was just deleted has no page any more, and a view of it says so', async () => {
    const made = await b.post(ada, '/dashboard/segments', { ...RULE, name: ODD })
    const path = new URL(made.headers.get('location') ?? '', 'http://localhost').pathname
    expect(await b.page(ada, path)).toContain(ODD_SHOWN)
    await b.post(ada, `${path}/delete`)
    expect((await b.get(ada, path)).status).toBe(404)
    const overview = await b.page(ada, `/dashboard?segment=${path.split('/').at(-1)}`)
    expect(overview).toContain(`The segment “${ODD_SHOWN}” was deleted: all users are shown.`)
  })

  it('says what a condition lacks once it is to be saved, and not before anything was typed', async () => {
    expect(await b.page(ada, '/dashboard/segments/new')).not.toContain('q-field-error')
    const answer = await b.post(ada, '/dashboard/segments', { ...RULE, name: ODD, 'c.values': '' })
    expect(answer.status).toBe(422)
    const html = await answer.text()
    expect(html).toContain('Name at least one value.')
    expect(html).toContain(`value="${ODD_SHOWN}"`)
    const none = await b.post(ada, '/dashboard/segments', { name: 'Nobody', match: 'all' })
    expect(none.status).toBe(422)
    expect(await none.text()).toContain('value="Nobody"')
  })
})

describe('a board', () => {
  it('with a name that cannot be is refused in its place, with the name still there', async () => {
    const long = 'y'.repeat(61)
    for (const [name, reason] of [
      ['  ', 'Give the board a name.'],
      [long, 'A name has at most 60 characters.'],
    ] as const) {
      const answer = await b.post(ada, '/dashboard/boards', { name })
      expect(answer.status).toBe(422)
      const html = await answer.text()
      expect(html).toContain(reason)
      expect(html).toContain(`value="${name}"`)
    }
  })

  it('of a file that holds no board says so in plain words, and keeps the text', async () => {
    const answer = await b.post(ada, '/dashboard/boards/import', { yaml: '- nothing', act: 'preview' })
    const html = await answer.text()
    expect(html).toContain('A board is fields with values, such as “name: Costs”.')
    expect(html).toContain('- nothing')
  })
})

describe('an annotation', () => {
  it('without words is refused in plain ones, and what else was entered is still there', async () => {
    const fields = { text: ' ', kind: 'note', day: '2026-11-10', link: 'https://x.example/' }
    const answer = await b.post(ada, '/dashboard/annotations', fields)
    expect(answer.status).toBe(422)
    const html = await answer.text()
    expect(html).toMatch(/>A few words are needed\.</)
    expect(html).toContain('value="https://x.example/"')
  })
})

describe('a formula', () => {
  const check = async (formula: string) => b.page(ada, `/dashboard/metrics/check?${new URLSearchParams({ formula })}`)

  it('that divides by zero is refused, by whatever name the zero goes', async () => {
    for (const formula of ['ai.cost / 0', 'ai.cost / (2 - 2)', 'ai.cost / -0'])
      expect(await check(formula), formula).toContain('This divides by zero.')
    expect(await check('ai.cost / 2')).not.toContain('This divides by zero.')
    const saved = await b.post(ada, '/dashboard/metrics/new', {
      formula: 'ai.cost / 0',
      label: ODD,
      definition: 'x',
    })
    expect(saved.status).toBe(422)
    const html = await saved.text()
    expect(html).toContain('This divides by zero.')
    expect(html).toContain(`value="${ODD_SHOWN}"`)
  })
})
