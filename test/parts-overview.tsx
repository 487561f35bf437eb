/** The made-up page that looks like the Overview of the design. Its numbers are nobody's. */
import {
  ActivityList,
  BarChart,
  Card,
  DataTable,
  Gauge,
  Grid,
  Legend,
  LineChart,
  LiveStrip,
  Pair,
  Sparkline,
  Stack,
  StackedChart,
  TileGrid,
  TwoLines,
} from '../views/parts/index.ts'
import type { ChartProps } from '../views/parts/types.ts'
import { before, cost, dau, dauChart, days, down, labels, menu, rows, tile, up, wave } from './parts-gallery.tsx'

/** The page like the design's Overview. */
export const Overview = ({ chart }: { chart?: Partial<ChartProps> }) => (
  <>
    <LiveStrip
      items={[
        { id: 'online', label: 'Online now', value: '312', note: '58 phone, 13 iPad' },
        { id: 'building', label: 'Building now', value: '7', note: 'oldest 1 m 12 s' },
        { id: 'queue', label: 'AI queue', value: '4', note: 'oldest 3 s' },
        {
          id: 'preview',
          label: 'Preview queue',
          value: '23',
          mark: { tone: 'crit', text: 'over 10' },
          note: 'oldest 2 m 41 s',
        },
        {
          id: 'requests',
          label: 'AI requests, 1 h',
          value: '8,412',
          note: '140/min',
          change: up('6.3%', 'neutral'),
          href: '/dashboard/metrics/ai.requests',
        },
        {
          id: 'gpu',
          label: 'GPU workers',
          value: '2',
          unit: 'of 3',
          mark: { tone: 'warn', text: 'degraded' },
          note: 'read too slow, as of 14:26',
          dim: true,
        },
        {
          id: 'cost',
          label: 'AI cost today',
          value: '$214',
          unit: 'of $400 budget',
          progress: { share: 0.535, name: 'AI cost of the budget' },
        },
      ]}
    />
    <TileGrid
      lead={
        <Card id="health" title="Platform health" menu={{ metric: '/dashboard/metrics/health' }}>
          <Gauge
            value={93.4}
            text="93.4"
            word="Healthy"
            tone="good"
            change={down('0.9')}
            base="94.3"
            rows={[
              { label: 'Uptime', value: '99.95%' },
              { label: 'Calls without error', value: '98.1%' },
              { label: 'Speed, p95 4.2 s of 4.0 s', value: '95.2%', tone: 'warn' },
            ]}
          />
        </Card>
      }
    >
      {tile('users.total', 'Total users', '48,216', up('3.2%'), '46,721', wave(46000, 20, 70))}
      {tile(
        'users.mau',
        'Active users, 30 d',
        '12,480',
        up('5.1%'),
        '11,874',
        days.map((_, index) => 11874 + index * index),
      )}
      {tile('users.stickiness', 'DAU ÷ MAU', '25.8%', up('0.1 pp'), '25.7%', dau, { previous: before })}
      {tile('users.paying', 'Paying users', '1,742', up('1.9%'), '1,709', wave(1700, 9, 2))}
      {tile('projects', 'Active projects', '5,318', up('2.2%'), '5,204', wave(5200, 40, 9))}
      {tile('revenue.mrr', 'MRR', '$86,420', up('3.0%'), '$83,910', wave(83900, 300, 90))}
      {tile('payments', 'Payment volume', '$91.9k', down('3.4%'), '$95.1k', wave(3000, 900, 0, 2))}
      {tile('ai.cost', 'AI cost', '$9,874', up('16.7%', 'worse'), '$8,460', cost)}
      {tile(
        'ratio',
        'MRR ÷ AI cost',
        '8.75×',
        down('11.8%'),
        '9.92×',
        days.map((_, index) => 10 - index / 16),
      )}
      {tile('jobs.success_rate', 'Build success', '97.4%', down('0.7 pp'), '98.1%', wave(97, 3, 0), {
        mark: { tone: 'stale', text: '6 m old' },
      })}
    </TileGrid>
    <Grid>
      <Stack span={8}>
        <Card
          id="active"
          title="Active users"
          menu={menu}
          tabs={[
            { id: 'dau', label: 'Active, 1 day', value: '3,214', change: up('5.4%'), selected: true },
            { id: 'wau', label: '7 days', value: '7,102', change: up('4.6%'), href: '?chart=wau' },
            { id: 'mau', label: '30 days', value: '12,480', change: up('5.1%'), href: '?chart=mau' },
            { id: 'new', label: 'New users', value: '1,562', change: down('2.1%'), href: '?chart=new' },
          ]}
        >
          <LineChart
            {...dauChart('dau', chart)}
            height="tall"
            annotations={[
              { index: 11, letter: 'D', text: '2 Nov, deploy v4.18' },
              { index: 18, letter: 'P', text: '9 Nov, model price change' },
              { index: 24, letter: 'C', text: '15 Nov, campaign “Agency week”' },
            ]}
          />
        </Card>
        <Pair>
          <Card id="cost" title="AI cost per day" sub="$9,874 in 30 days" menu={menu} height="chart">
            <BarChart
              id="cost"
              summary="AI cost per day"
              unit="money"
              labels={labels}
              partial
              series={[{ name: 'AI cost', values: cost }]}
              limits={[{ value: 400, text: 'budget $400' }]}
              annotations={[]}
            />
          </Card>
          <Card id="hours" title="AI requests per hour" sub="last 24 h" menu={menu} height="chart">
            <BarChart
              id="hours"
              summary="AI requests per hour"
              unit="requests"
              labels={Array.from({ length: 24 }, (_, h) => `${String((15 + h) % 24).padStart(2, '0')}:00`)}
              partial
              series={[
                {
                  name: 'Requests',
                  values: Array.from({ length: 24 }, (_, h) => Math.round(5400 + 3200 * Math.cos((h / 24) * 6.28))),
                },
              ]}
            />
          </Card>
          <Card
            id="plans"
            title="Active users by plan"
            menu={menu}
            height="chart"
            tools={
              <Legend
                names={[
                  { name: 'Paid', color: 1 },
                  { name: 'Trial', color: 2 },
                  { name: 'Free', color: 'other' },
                ]}
              />
            }
          >
            <StackedChart
              id="plans"
              summary="Active users by plan"
              unit="users"
              labels={labels}
              partial
              series={[
                { name: 'Paid', values: dau.map((value) => Math.round(value * 0.4)) },
                { name: 'Trial', values: dau.map((value) => Math.round(value * 0.14)) },
                { name: 'Free', values: dau.map((value) => Math.round(value * 0.46)), color: 'other' },
              ]}
            />
          </Card>
          <Card id="latency" title="AI latency" sub="p50, p95, p99" menu={menu} height="chart">
            <LineChart
              id="latency"
              summary="AI latency"
              unit="ms"
              labels={labels}
              base="zero"
              series={[
                { name: 'p50', values: wave(1200, 60, 2) },
                { name: 'p95', values: wave(4000, 300, 12) },
                { name: 'p99', values: wave(9000, 500, 20), color: 3 },
              ]}
            />
          </Card>
        </Pair>
      </Stack>
      <Stack span={4}>
        <Card
          id="alerts"
          title="Active alerts"
          height="short"
          state={{ kind: 'empty', icon: 'bell', title: 'No alert rules yet', text: 'Rules that fire are listed here.' }}
        />
        <Card
          id="risk"
          title="At-risk users"
          sub="paying, score fell most in 7 d"
          link={{ label: 'Health', href: '/dashboard/health' }}
          flush
        >
          <DataTable
            id="risk"
            caption="At-risk users"
            rowHeight={44}
            columns={[
              { key: 'who', label: 'User' },
              { key: 'trend', label: 'Trend', number: true },
              { key: 'score', label: 'Score', number: true },
            ]}
            rows={[31, 34, 44].map((score) => ({
              href: `/dashboard/users/${score}`,
              cells: {
                who: <TwoLines title="l.fontaine@atelier-nord.example" sub="Enterprise, 3 failed builds" />,
                trend: <Sparkline small tone={score < 40 ? 'crit' : 'warn'} points={[60, 58, 55, 41, score]} />,
                score: <b class={score < 40 ? 'q-ink-crit' : 'q-ink-warn'}>{score}</b>,
              },
            }))}
          />
        </Card>
        <Card
          id="activity"
          title="Activity"
          sub="refreshes every 10 s"
          link={{ label: 'Full stream', href: '/dashboard/activity' }}
          flush
        >
          <ActivityList items={rows} name="Activity" />
        </Card>
      </Stack>
    </Grid>
  </>
)
