import { ruleHref } from '../../../src/alerts/paths.ts'
import type { RuleState, Severity, StoredRule } from '../../../src/alerts/rule.ts'
import { ruleWords, unreadWords } from '../../../src/alerts/words.ts'
import type { Deps } from '../../../src/context.ts'
import { Badge, DataTable, Dot, TwoLines } from '../../parts/index.ts'

interface Props {
  deps: Deps
  rules: readonly StoredRule[]
  /** How often each fired in the range, by its id. */
  fired: ReadonlyMap<number, number> | undefined
  rangeLabel: string
  off?: string
}

const DOTS = { critical: 'down', warning: 'degraded', info: 'off' } as const satisfies Record<Severity, string>
const BADGES: Partial<Record<RuleState, { tone: 'crit' | 'warn' | 'stale' | 'plain'; text: string }>> = {
  firing: { tone: 'crit', text: 'firing' },
  pending: { tone: 'warn', text: 'pending' },
  nodata: { tone: 'stale', text: 'no data' },
  held: { tone: 'plain', text: 'held back' },
  unread: { tone: 'stale', text: 'not read' },
}

/** Every rule with its state, how often it fired, and whether it is on. */
export const RulesTable = ({ deps, rules, fired, rangeLabel, off }: Props) => (
  <DataTable
    id="alert-rules"
    caption="Alert rules"
    rowHeight={44}
    columns={[
      { key: 'rule', label: 'Rule', strong: true },
      { key: 'state', label: 'State' },
      { key: 'fired', label: `Fired, ${rangeLabel}`, number: true, wide: true },
      { key: 'on', label: 'On' },
    ]}
    rows={rules.map((one) => ({
      id: `rule-${one.slug}`,
      cells: {
        rule: (
          <span class="q-state-name">
            <Dot state={DOTS[one.rule.severity]} />
            <span class="q-sr">{one.rule.severity}</span>
            <TwoLines
              title={<a href={ruleHref(one.slug)}>{one.rule.name}</a>}
              sub={unreadOf(deps, one) ?? ruleWords(deps, one.rule)}
            />
          </span>
        ),
        state: <StateText rule={one} />,
        fired: fired ? String(fired.get(one.id) ?? 0) : '—',
        on: <Switch rule={one} off={off} />,
      },
    }))}
    json={{ label: 'JSON', href: '/api/alert-rules' }}
    csv={{ label: 'YAML', href: '/api/alert-rules.yaml' }}
  />
)

const unreadOf = (deps: Deps, one: StoredRule) => (one.rule.enabled ? unreadWords(deps, one) : undefined)

const StateText = ({ rule: { rule, state } }: { rule: StoredRule }) => {
  if (!rule.enabled) return <span class="q-ink-3">off</span>
  const badge = BADGES[state]
  const tone = state === 'firing' && rule.severity !== 'critical' ? ('warn' as const) : undefined
  return badge ? <Badge {...badge} {...(tone && { tone })} /> : <span class="q-ink-2">ok</span>
}

/** A button that says what it is now; the page comes back with what it has become. */
const Switch = ({ rule: { slug, rule }, off }: { rule: StoredRule; off?: string }) => (
  <form method="post" action={`${ruleHref(slug)}/switch`}>
    <input type="hidden" name="on" value={rule.enabled ? '0' : '1'} />
    <button
      type="submit"
      class="q-switch"
      role="switch"
      aria-checked={rule.enabled ? 'true' : 'false'}
      aria-label={rule.name}
      disabled={off !== undefined}
      title={off ?? (rule.enabled ? 'Switch off' : 'Switch on')}
    />
  </form>
)
