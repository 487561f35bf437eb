import { describe, expect, test } from 'vitest'
import { jsonForScript } from '../views/parts/chart.tsx'
import {
  ActivityList,
  BarChart,
  Card,
  Change,
  DataTable,
  Gauge,
  LiveStrip,
  Sparkline,
  SqlDrawer,
  Tile,
} from '../views/parts/index.ts'
import { dauChart, menu, Page, States, states } from './parts-gallery.tsx'
import { Overview } from './parts-overview.tsx'

const html = (element: unknown): string => String(element)
const everything = html(
  <Page>
    <Overview />
    <States />
  </Page>,
)

describe('all parts together', () => {
  test('have no style attribute, no inline script and no event attribute, which the policy would block', () => {
    expect(everything).not.toMatch(/\sstyle=/)
    expect(everything).not.toMatch(/\son[a-z]+=/)
    for (const [, attributes = ''] of everything.matchAll(/<script([^>]*)>/g)) {
      expect(attributes).toMatch(/src=|application\/json/)
    }
  })

  test('use every id once', () => {
    const ids = [...everything.matchAll(/\sid="([^"]+)"/g)].map((found) => found[1])
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test('write text from data as text', () => {
    expect(everything).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(everything).not.toContain('<script>alert(1)')
  })

  test('have one h1, one main, and a name on every button and link', () => {
    expect(everything.match(/<h1/g)).toHaveLength(1)
    expect(everything.match(/<main/g)).toHaveLength(1)
    for (const [whole, attributes = '', inside = ''] of everything.matchAll(
      /<(?:button|a)\b([^>]*)>(.*?)<\/(?:button|a)>/gs,
    )) {
      if (attributes.includes(':href')) continue
      const words = inside.replace(/<[^>]+>/g, '').trim()
      expect(words || attributes.match(/aria-label="[^"]+"/)?.[0], whole).toBeTruthy()
    }
  })
})

describe('a card', () => {
  const skeleton = (state: (typeof states)[number]) => {
    const text = html(
      <Card id="latency" title="AI latency" span={4} height="chart" state={state} menu={menu}>
        <BarChart {...dauChart('latency')} />
      </Card>,
    )
    const body = text.match(/<div class="(q-card-body[^"]*)">/)?.[1]
    return {
      head: /<h2 class="q-card-title" id="title-latency">AI latency<\/h2>/.test(text),
      body,
      menu: text.includes('id="menu-latency"'),
      text,
    }
  }

  test.each(states)('keeps head, menu and body height when $kind', (state) => {
    const { head, body, menu: hasMenu } = skeleton(state)
    expect({ head, body, hasMenu }).toEqual({ head: true, body: 'q-card-body q-body-chart', hasMenu: true })
  })

  test('says why it is degraded, of when the value is and when it tries again, and still shows the last good one', () => {
    const { text } = skeleton(states[3] ?? { kind: 'filled' })
    expect(text).toContain('Postgres slow')
    expect(text).toContain('14:32:00 UTC')
    expect(text).toContain('Next try in 18 s')
    expect(text).toContain('<canvas')
  })

  test('that failed names the request and does not show numbers', () => {
    const { text } = skeleton(states[5] ?? { kind: 'filled' })
    expect(text).toContain('01JD8QK4')
    expect(text).toContain('role="alert"')
    expect(text).not.toContain('<canvas')
  })
})

describe('numbers', () => {
  test('a change is heard with direction and verdict', () => {
    const words = html(<Change text="16.7%" direction="up" meaning="worse" />).replace(/<[^>]+>/g, '')
    expect(words).toBe('up 16.7%, worse')
  })

  test('a change without a base is just the dash', () => {
    expect(html(<Change text="—" direction="none" meaning="neutral" />).replace(/<[^>]+>/g, '')).toBe('—')
  })

  test('an unknown value is a dash, never a nought', () => {
    const text = html(<Tile id="x" label="Uptime" href="/x" value={null} unit="s" />)
    expect(text).toContain('—')
    expect(text).not.toMatch(/>0</)
  })

  test('a tile marks at its number, and in place of the base where both have no room', () => {
    const tile = (value: string) =>
      html(<Tile id="x" label="x" href="/x" value={value} unit="9 paid" mark={{ tone: 'stale', text: '24 s old' }} />)
    expect(tile('$14,221')).toContain('q-crowded')
    expect(tile('97%')).not.toContain('q-crowded')
    expect(tile('97%')).not.toContain('9 paid')
  })

  test('a strip has the green dot only while it is live', () => {
    expect(html(<LiveStrip items={[]} state="live" dot="up" />)).toContain('q-dot-up')
    expect(html(<LiveStrip items={[]} state="stale" dot="degraded" />)).not.toContain('q-dot-up')
    expect(html(<LiveStrip items={[]} title="Today" state="21 Nov" />)).not.toContain('q-dot')
  })

  test('a sparkline of nothing, of one point and of a flat line is drawn without NaN', () => {
    for (const points of [[], [null, null], [5], [5, 5, 5], [null, 5, null, 7, 8]]) {
      expect(html(<Sparkline points={points} previous={points} />)).not.toMatch(/NaN|Infinity/)
    }
  })

  test('a gap in a sparkline stays a gap', () => {
    const line = html(<Sparkline points={[1, 2, null, 3, 4]} fill={false} />).match(/q-spark-line" d="([^"]+)"/)?.[1]
    expect(line?.match(/M/g)).toHaveLength(2)
  })

  test('a gauge says its number and word, and at 0, 100 and unknown too', () => {
    expect(html(<Gauge value={93.4} text="93.4" word="Healthy" tone="good" />)).toContain(
      'aria-label="93.4 of 100, Healthy"',
    )
    for (const value of [0, 100, 120, null]) {
      expect(html(<Gauge value={value} text={String(value)} word="x" tone="plain" />)).not.toContain('NaN')
    }
  })
})

describe('a chart', () => {
  const text = html(<BarChart {...dauChart('one', { summary: '</script><b>"quoted"' })} />)

  test('is a canvas that a morph leaves alone, with a summary and a table of the same numbers', () => {
    expect(text).toMatch(/<canvas id="canvas-one" role="img" aria-label="[^"]+" hx-morph-skip="true"/)
    expect(text.match(/<tr>/g)).toHaveLength(31)
  })

  test('carries its data as JSON that cannot leave its element', () => {
    const json = text.match(/<script type="application\/json" id="data-one">(.*?)<\/script>/s)?.[1] ?? ''
    expect(JSON.parse(json).summary).toBe('</script><b>"quoted"')
    expect(jsonForScript('<!--\u2028')).toBe('"\\u003c!--\\u2028"')
  })
})

describe('tables and lists', () => {
  test('a table names its sorted column, its pages and why there is no further one', () => {
    const text = html(
      <DataTable
        id="t"
        caption="Users"
        columns={[{ key: 'n', label: 'Calls', number: true, sort: { href: '?sort=n', active: 'desc' } }]}
        rows={[]}
        empty="No calls yet."
        pager={{ next: '?after=9', size: 25 }}
      />,
    )
    expect(text).toContain('aria-sort="descending"')
    expect(text).toContain('No calls yet.')
    expect(text).toMatch(/<button[^>]*disabled[^>]*title="No more rows this way"/)
    expect(text).toContain('Next 25')
  })

  test('an activity row has its words and its moment', () => {
    const text = html(
      <ActivityList
        name="Activity"
        items={[{ id: '1', icon: 'rocket', title: 'Joined', detail: '<b>', at: new Date(0), time: '00:00' }]}
      />,
    )
    expect(text).toContain('datetime="1970-01-01T00:00:00.000Z"')
    expect(text).toContain('&lt;b&gt;')
  })

  test('the SQL drawer colours the statement and escapes it', () => {
    const text = html(<SqlDrawer id="s" title="SQL" sql={"select '<i>' -- a < b\nfrom t"} />)
    expect(text).toContain('<span class="q-sql-text">&#39;&lt;i&gt;&#39;</span>'.replaceAll('&#39;', "'"))
    expect(text).toContain('<span class="q-sql-note">-- a &lt; b</span>')
  })
})
