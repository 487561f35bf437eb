import { listRules } from '../../src/alerts/find.ts'
import {
  type Alert,
  type AlertStats,
  type Asked,
  alertStats,
  firedAlerts,
  firingOf,
  type OpenCounts,
  openAlerts,
  openCounts,
} from '../../src/alerts/list.ts'
import { ALERTS_PATH, RULES_PATH } from '../../src/alerts/paths.ts'
import type { StoredRule } from '../../src/alerts/rule.ts'
import { whyNoAlerts } from '../../src/alerts/store.ts'
import { alertsVersion } from '../../src/alerts/version.ts'
import { cardState } from '../../src/card-state.ts'
import type { Deps } from '../../src/context.ts'
import { exportQuery, ofAll } from '../../src/lib/filters.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { addDays, daysBetween, startOfDay } from '../../src/lib/time.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Card, Grid, Icon, Note, Say, Segments, Stack } from '../parts/index.ts'
import { DaysCard, EMPTY, HISTORY_SIZE, HistoryCard } from './alert/history.tsx'
import { AlertList } from './alert/list.tsx'
import { RulesTable } from './alert/rules.tsx'
import { Tiles } from './alert/tiles.tsx'

const TABS = ['firing', 'pending', 'silenced', 'history'] as const
type Tab = (typeof TABS)[number]
const LABELS: Record<Tab, string> = { firing: 'Firing', pending: 'Pending', silenced: 'Silenced', history: 'History' }

interface Data {
  tab: Tab
  open: Loaded<{ alerts: Alert[]; counts: OpenCounts }>
  history: Loaded<Alert[]> | undefined
  stats: Loaded<AlertStats>
  rules: Loaded<StoredRule[]>
}
export interface AlertsProps {
  data: Data
  context: PageContext
}

/** What is wrong now, what was, and the rules that say so. */
export default definePage<Data>({
  path: ALERTS_PATH,
  title: 'Alerts',
  group: 'Now',
  order: 40,
  icon: 'bell',
  key: 'A',
  role: 'viewer',
  every: 30,
  params: ['tab', 'before', 'done'],
  filters: 'tenant',
  // What somebody has just done shows at once.
  personal: ({ tenants }) => `${alertsVersion()} ${tenants?.join() ?? '*'}`,
  load: async (context) => {
    const { deps, admin, filters, query } = context
    const tab = TABS.find((name) => name === query.tab) ?? 'firing'
    const asked = { who: admin, scope: filters.scope }
    const { timeZone } = deps.config
    const span = { from: startOfDay(filters.from, timeZone), until: startOfDay(addDays(filters.to, 1), timeZone) }
    const key = `${alertsVersion()}|${admin.tenants?.join() ?? '*'}`
    const [open, history, stats, rules] = await Promise.all([
      card(context, 'alerts-listed', () => listed(deps, asked, tab), { key: `${key}|${tab}` }),
      tab !== 'history'
        ? undefined
        : card(
            context,
            'alerts-history',
            () => firedAlerts(deps, { ...asked, ...span, before: query.before, limit: HISTORY_SIZE + 1 }),
            { key: `${key}|${query.before}` },
          ),
      card(context, 'alerts-stats', () => alertStats(deps, { ...asked, ...span }), { key }),
      card(context, 'alert-rules', () => listRules(deps, admin), { key }),
    ])
    return { tab, open, history, stats, rules }
  },
  frame: ({ context }) => ({
    exports: [
      { label: 'History, CSV', href: `/exports/alerts.csv${exportQuery(ofAll(context.filters))}` },
      { label: 'Rules, YAML', href: '/api/alert-rules.yaml' },
    ],
    actions: whyNoAlerts(context.deps, context.admin) ? undefined : (
      <>
        <a class="q-btn" href={`${RULES_PATH}/import`}>
          Import
        </a>
        <a class="q-btn q-btn-primary" href={`${RULES_PATH}/new`}>
          <Icon name="plus" />
          New rule
        </a>
      </>
    ),
  }),
  View: ({ context, live }) => (
    <>
      {DONE[context.query.done ?? ''] && <Note tone="info">{DONE[context.query.done ?? '']}</Note>}
      {live}
    </>
  ),
  Live: (props) => (
    <div class="q-flow">
      <Say>{spoken(shownOf(props.data.open)?.counts)}</Say>
      <Tiles {...props} />
      <Grid>
        <Stack span={5}>
          <AlertsCard {...props} />
          <DaysCard {...props} />
        </Stack>
        <Stack span={7}>
          <RulesCard {...props} />
        </Stack>
      </Grid>
    </div>
  ),
})

const DONE: Record<string, string> = {
  saved: 'The rule is saved. It is checked every minute.',
  imported: 'The rules are imported. They are checked every minute.',
  deleted: 'The rule is deleted; what it raised stays in the history.',
}

/** Those of the tab, and how many there are in each. */
async function listed(deps: Deps, asked: Asked, tab: Tab) {
  const only = tab === 'history' ? undefined : { kind: tab, at: deps.now() }
  const [alerts, counts] = await Promise.all([
    only ? openAlerts(deps, { ...asked, only }) : [],
    openCounts(deps, asked),
  ])
  return { alerts, counts }
}

function spoken(counts: OpenCounts | undefined): string {
  const n = counts ? firingOf(counts) : 0
  return n === 0 ? 'No alert is firing.' : `${n} ${n === 1 ? 'alert is' : 'alerts are'} firing.`
}

const AlertsCard = ({ data, context }: AlertsProps) => {
  const { deps, admin, filters, href } = context
  const now = deps.now()
  const open = shownOf(data.open)
  const off = whyNoAlerts(deps, admin)
  const { timeZone } = deps.config
  const items = TABS.map((tab) => ({
    label: tab === 'history' ? LABELS[tab] : `${LABELS[tab]} ${open?.counts[tab] ?? 0}`,
    href: href({ query: { tab, before: '', done: '' } }),
    selected: tab === data.tab,
  }))
  if (data.tab === 'history') return <HistoryCard data={data} context={context} items={items} />
  const alerts = open?.alerts ?? []
  const all = open?.counts[data.tab] ?? 0
  const more = all > alerts.length && (
    <p class="q-help">{`The first ${alerts.length} of ${all} are listed${data.tab === 'silenced' ? '' : '; /api/alerts has all'}.`}</p>
  )
  return (
    <Card
      id="alerts"
      title="Alerts"
      tools={<Segments name="Which alerts" items={items} />}
      flush={alerts.length > 0}
      foot={more}
      state={cardState(data.open, now, () => (alerts.length === 0 ? EMPTY[data.tab] : undefined))}
    >
      {alerts.length > 0 && (
        <AlertList
          alerts={alerts}
          tab={data.tab}
          now={now}
          today={filters.today}
          timeZone={timeZone}
          {...(off && { off })}
        />
      )}
    </Card>
  )
}

const RulesCard = ({ data, context: { deps, admin, filters } }: AlertsProps) => {
  const rules = shownOf(data.rules) ?? []
  const off = whyNoAlerts(deps, admin)
  const on = rules.filter(({ rule }) => rule.enabled).length
  const days = daysBetween(filters.from, filters.to) + 1
  return (
    <Card
      id="alert-rules"
      title="Rules"
      sub={`${rules.length}, ${on} on`}
      flush={rules.length > 0}
      state={cardState(data.rules, deps.now(), () => (rules.length === 0 ? NO_RULES : undefined))}
    >
      {rules.length > 0 && (
        <RulesTable
          deps={deps}
          rules={rules}
          fired={shownOf(data.stats)?.byRule}
          rangeLabel={`${days} d`}
          {...(off && { off })}
        />
      )}
    </Card>
  )
}

const NO_RULES = {
  kind: 'empty',
  icon: 'bell',
  title: 'No rules yet',
  text: 'A rule watches a metric and says when it is not as it should be. Each metric’s page has the button “Alert”.',
  link: { label: 'Make a rule', href: `${RULES_PATH}/new` },
} as const
