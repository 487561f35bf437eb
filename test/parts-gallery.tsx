/** A made-up page with every part, for the tests of the parts and of the frame. Its numbers are nobody's. */
import type { Child } from 'hono/jsx'
import { Layout } from '../views/layout.tsx'
import {
  Badge,
  Card,
  DataTable,
  Facts,
  Grid,
  LineChart,
  LiveRegion,
  Note,
  Segments,
  Share,
  SqlDrawer,
  Tile,
  TileGrid,
} from '../views/parts/index.ts'
import type { ActivityItem, CardState, ChartProps, FrameAdmin, LayoutProps, TileProps } from '../views/parts/types.ts'

const at = new Date('2026-11-20T14:32:00Z')
export const days = Array.from({ length: 30 }, (_, index) => new Date(Date.UTC(2026, 9, 22 + index)))
const label = (day: Date) => day.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
export const labels = days.map(label)
const titles = days.map(
  (day) => `${day.toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' })} ${label(day)}`,
)
export const wave = (base: number, swing: number, growth: number, seed = 1) =>
  days.map((day, index) => {
    const weekend = [0, 6].includes(day.getUTCDay()) ? 0.78 : 1
    return Math.round((base + growth * index) * weekend + swing * Math.sin(index * 1.7 * seed))
  })
export const dau = wave(2850, 60, 14).map((value, index) => (index === 29 ? Math.round(value * 0.7) : value))
export const before = wave(2650, 50, 14, 2)
const count = (value: number | null | undefined) => (value == null ? '—' : value.toLocaleString('en-US'))

export const filters: LayoutProps['filters'] = {
  action: '/dashboard',
  reset: '/dashboard',
  range: {
    label: 'Last 30 days',
    dates: '22 Oct – 20 Nov',
    from: '2026-10-22',
    to: '2026-11-20',
    timeZone: 'UTC',
    options: [
      ['today', 'Today'],
      ['7d', '7 days'],
      ['30d', '30 days'],
      ['90d', '90 days'],
      ['month', 'This month'],
      ['last-month', 'Last month'],
      ['year', 'This year'],
      ['custom', 'Custom'],
    ].map(([value = '', text = '']) => ({
      value,
      label: text,
      href: `/dashboard?range=${value}`,
      selected: value === '30d',
    })),
  },
  compare: {
    label: 'Previous period',
    options: [
      { value: 'previous', label: 'Previous period', href: '/dashboard', selected: true },
      { value: 'none', label: 'No comparison', href: '/dashboard?compare=none' },
    ],
  },
  tenant: {
    label: 'All',
    options: [
      { value: '', label: 'All', href: '/dashboard', selected: true },
      { value: 'harbor', label: 'Harbor & Pine', href: '/dashboard?tenant=harbor' },
    ],
  },
}

export const nav: LayoutProps['nav'] = [
  {
    group: 'Now',
    icon: 'bolt',
    pages: [
      { title: 'Overview', path: '/dashboard', key: 'O', icon: 'layout-dashboard' },
      { title: 'Live', path: '/dashboard/live', key: 'L', icon: 'activity', badge: { text: '312', tone: 'live' } },
      { title: 'Activity', path: '/dashboard/activity', key: 'A', icon: 'list-details' },
      { title: 'Alerts', path: '/dashboard/alerts', icon: 'bell', badge: { text: '3', tone: 'crit' } },
    ],
  },
  {
    group: 'People',
    icon: 'users',
    pages: [
      { title: 'Users', path: '/dashboard/users' },
      { title: 'Health', path: '/dashboard/health' },
    ],
  },
  { group: 'Product', icon: 'box', pages: [{ title: 'Usage', path: '/dashboard/usage' }] },
  {
    group: 'Engineering',
    icon: 'server-2',
    pages: [{ title: 'System', path: '/dashboard/system', badge: { text: '1', tone: 'warn' } }],
  },
  { group: 'Work', icon: 'tool', pages: [{ title: 'Metrics', path: '/dashboard/metrics', key: 'M' }] },
]

export const admin: FrameAdmin = { name: 'Nkechi Adeyemi', role: 'operator', theme: 'light', refresh: true }

export const up = (text: string, meaning: 'better' | 'worse' | 'neutral' = 'better') => ({
  text,
  direction: 'up' as const,
  meaning,
})
export const down = (text: string, meaning: 'better' | 'worse' | 'neutral' = 'worse') => ({
  text,
  direction: 'down' as const,
  meaning,
})

const about: TileProps['about'] = {
  key: 'jobs.success_rate',
  definition: 'Builds that succeeded ÷ builds that finished, in the period.',
  facts: [
    { label: '20,752 ÷ 21,306', value: '97.40%' },
    { label: '7 d / 30 d / 90 d', value: '96.1% · 97.4% · 98.0%' },
  ],
  source: 'postgres',
  computedAt: at,
  action: 'Look at failed builds',
  links: [
    { label: 'Open metric', href: '/dashboard/metrics/jobs.success_rate' },
    { label: 'CSV', href: '/exports/x.csv' },
  ],
}

export const tile = (
  id: string,
  text: string,
  value: string,
  change: TileProps['change'],
  base: string,
  points: (number | null)[],
  more: Partial<TileProps> = {},
) => (
  <Tile
    id={id}
    label={text}
    href={`/dashboard/metrics/${id}`}
    value={value}
    change={change}
    base={base}
    points={points}
    about={{ ...about, key: id } as TileProps['about']}
    {...more}
  />
)

export const dauChart = (id: string, more: Partial<ChartProps> = {}): ChartProps => ({
  id,
  summary: 'Active users per day, 22 Oct to 20 Nov: between 2,200 and 3,300.',
  unit: 'users',
  labels,
  titles,
  partial: true,
  series: [{ name: 'Active users', values: dau }],
  previous: { name: 'previous period', values: before },
  table: {
    head: ['Day', 'Active users', 'previous period'],
    rows: dau.map((value, index) => [count(value), count(before[index])]),
  },
  ...more,
})

export const cost = wave(300, 14, 3.8)
export const rows: ActivityItem[] = [
  ['rocket', 'plain', 'Deployed', 'casavera.example, 48 s', '14:32'],
  ['circle-x', 'crit', 'Build failed', 'lumendental.example, npm', '14:31'],
  ['user-plus', 'plain', 'Joined', 'r.adebayo@kitehill.example', '14:31'],
  ['cash-banknote', 'plain', 'Payment $490.00', 'Harbor & Pine Studio', '14:29'],
  ['arrow-up-right', 'plain', 'Upgraded to Pro', 'm.lindqvist@fjordly.example', '14:27'],
  ['alert-triangle', 'warn', 'Source degraded', 'redis, heartbeats too slow', '14:26'],
  ['hammer', 'plain', 'Build started', 'mirai.example', '14:23'],
].map(
  ([icon, tone, title, detail, time], index) =>
    ({ id: String(index), icon, tone, title, detail, time, at }) as ActivityItem,
)

export const menu = {
  table: true,
  csv: '/x.csv',
  json: '/x.json',
  sql: { drawer: 'sql-cost' },
  metric: '/dashboard/metrics/ai.cost',
}

export const states: CardState[] = [
  { kind: 'filled' },
  { kind: 'loading' },
  {
    kind: 'empty',
    title: 'No AI calls yet',
    text: 'API calls with a model fill this card.',
    link: { label: 'Set up the typed door', href: '/dashboard/data' },
  },
  { kind: 'degraded', reason: 'Postgres slow', at, nextTry: 'in 18 s' },
  { kind: 'stale', age: '6 m' },
  { kind: 'error', requestId: '01JD8QK4' },
]

/** Cards in their states, tables, badges. */
export const States = () => (
  <>
    <Grid>
      {states.map((state) => (
        <Card
          id={`state-${state.kind}`}
          title={`AI latency, ${state.kind}`}
          span={4}
          height="chart"
          state={state}
          menu={menu}
        >
          <LineChart
            {...dauChart(`state-${state.kind}`, {
              previous: undefined,
              series: [{ name: 'p95', values: dau.map((value, index) => (index > 8 && index < 13 ? null : value)) }],
            })}
          />
        </Card>
      ))}
    </Grid>
    <TileGrid>
      <Tile id="s1" label="Loading" href="#" value={null} loading />
      <Tile
        id="s2"
        label="Unknown"
        href="#"
        value={null}
        change={{ text: '—', direction: 'none', meaning: 'neutral' }}
      />
      <Tile
        id="s3"
        label="Degraded"
        href="#"
        value="4.1 s"
        degraded={{ reason: 'Postgres slow, 14:26' }}
        points={dau}
      />
      <Tile
        id="s4"
        label="New"
        href="#"
        value="12"
        unit="users"
        change={{ text: 'new', direction: 'none', meaning: 'neutral' }}
        points={[0, 0, 3, null, 5]}
      />
      <Tile
        id="s5"
        label="Over its limit"
        href="#"
        value="23.4%"
        mark={{ tone: 'crit', text: 'over 15%' }}
        change={up('4.1 pp', 'worse')}
        base="19.3%"
        points={dau}
      />
    </TileGrid>
    <Grid>
      <Card
        id="breakdown"
        title="Breakdown"
        span={8}
        flush
        menu={menu}
        tools={
          <Segments
            name="Break down by"
            items={[
              { label: 'Model', href: '#', selected: true },
              { label: 'Provider', href: '#' },
              { label: 'Tenant', href: '#' },
            ]}
          />
        }
      >
        <DataTable
          id="breakdown"
          caption="Breakdown by model"
          columns={[
            { key: 'model', label: 'Model', code: true },
            { key: 'calls', label: 'Calls', number: true },
            { key: 'cost', label: 'Cost', number: true, strong: true, sort: { href: '#', active: 'desc' } },
            { key: 'share', label: 'Share', wide: true },
            { key: 'change', label: 'vs previous', number: true, wide: true },
          ]}
          rows={[
            {
              href: '#a',
              cells: {
                model: 'claude-sonnet-4.5',
                calls: '412,806',
                cost: '$5,218.40',
                share: <Share share={0.528} text="52.8%" name="share" />,
                change: up('27.2%', 'worse') && <b>27.2%</b>,
              },
            },
            {
              href: '#b',
              cells: {
                model: 'gpt-5',
                calls: '61,240',
                cost: '$1,931.77',
                share: <Share share={0.196} text="19.6%" name="share" />,
                change: '2.4%',
              },
            },
            {
              cells: {
                model: '<script>alert(1)</script>',
                calls: '214',
                cost: <span class="q-ink-warn">unknown</span>,
                share: <Share share={null} text="not counted" name="share" />,
                change: '—',
              },
            },
          ]}
          total={{ model: 'Total', calls: '1,284,392', cost: '$9,874.16' }}
          csv={{ label: 'CSV, 1,284,392 rows', href: '/x.csv' }}
          json={{ label: 'JSON', href: '/x.json' }}
          note="rows add up to $9,874.16"
          pager={{ next: '?after=x', size: 25 }}
        />
      </Card>
      <Card id="facts" title="Facts" span={4}>
        <Facts
          items={[
            { label: 'Key', value: <code class="q-code">ai.cost</code> },
            { label: 'Kind', value: 'sum over days' },
            { label: 'Computed', value: '14:32:07, in 11 ms' },
          ]}
        />
        <p class="q-actions">
          <Badge tone="good" text="healthy" /> <Badge tone="warn" text="degraded" /> <Badge tone="crit" text="failed" />{' '}
          <Badge tone="running" text="running" /> <Badge tone="plain" text="acknowledged" />{' '}
          <Badge tone="plain" text="Pro" outline />
        </p>
        <Note tone="warn">Google answers 429 on 7.4% of calls.</Note>
      </Card>
    </Grid>
    <SqlDrawer
      id="sql-cost"
      title="SQL behind AI cost"
      code="ai.cost"
      sql={
        "select h.hour::date as day, sum(h.cost) as cost\nfrom api_call_hours h\nwhere h.scope = '*' -- all tenants\norder by 1"
      }
      tookMs={11}
      links={[{ label: 'CSV', href: '/x.csv' }]}
    />
  </>
)

/** A whole page around some content, with a live region. */
export const Page = ({
  children,
  theme = 'light',
  page = '/dashboard',
  every = 30,
}: {
  children?: Child
  theme?: FrameAdmin['theme']
  page?: string
  every?: number
}) => (
  <Layout
    title="Overview"
    page={page}
    product="Sitewright · production"
    admin={{ ...admin, theme }}
    nav={nav}
    filters={filters}
    freshness={{ at: new Date(Date.now() - 12_000), every }}
    exports={[{ label: 'Tiles as CSV', href: '/exports/metrics.csv' }]}
    sources={[
      { name: 'postgres', state: 'up' },
      { name: 'ingest', state: 'up' },
      { name: 'redis', state: 'degraded', note: 'slow' },
      { name: 'probe', state: 'off' },
    ]}
  >
    <LiveRegion src="/dashboard/live-part" every={every}>
      {children}
    </LiveRegion>
  </Layout>
)
