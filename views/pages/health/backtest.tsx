import { allUsersHere } from '../../../src/all-users.ts'
import { cardState } from '../../../src/card-state.ts'
import { type Backtest, type Outcome, verdictOf } from '../../../src/health/backtest.ts'
import { dayLabel } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import type { Day } from '../../../src/lib/time.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { Card, DataTable, Share } from '../../parts/index.ts'
import { BandBadge } from '../../parts/score.tsx'
import type { HealthProps } from '../health.tsx'

const TEXTS: Record<Outcome, { title: string; who: string; left: string }> = {
  churned: { title: 'Churn: who paid and stopped', who: 'Paid', left: 'Stopped paying' },
  lapsed: { title: 'Lapse: who came and came no more', who: 'Active', left: 'Not seen again' },
}

/** Past scores against what happened: money and activity apart. */
export const BacktestCard = ({ data, context }: HealthProps) => {
  const { deps, filters } = context
  const tests = shownOf(data.backtests)
  const found = [tests?.churned, tests?.lapsed].filter((one) => one !== undefined)
  const days = found[0]?.days ?? []
  return (
    <Card
      id="backtest"
      title="Does the score foretell?"
      sub={
        days.length > 0
          ? `scores of ${days.map((day) => dayLabel(day, filters.today)).join(', ')}, and the 30 days after`
          : undefined
      }
      allUsers={allUsersHere(filters)}
      menu={{
        json: `/api/health${filters.tenant === undefined ? '' : `?tenant=${encodeURIComponent(filters.tenant)}`}`,
      }}
      state={cardState(data.backtests, deps.now(), () =>
        found.length === 0
          ? {
              kind: 'empty',
              icon: 'clock',
              title: 'Not enough history',
              text: 'It takes scores of 30 days ago or more, which themselves take 28 days of activity. Then it is told here how many of each band stopped paying, and how many came no more.',
            }
          : undefined,
      )}
    >
      <div class="q-backtests">
        {found.map((test) => (
          <Outcomes test={test} today={filters.today} />
        ))}
      </div>
    </Card>
  )
}

const Outcomes = ({ test }: { test: Backtest; today: Day }) => {
  const { title, who, left } = TEXTS[test.outcome]
  const worst = Math.max(...test.bands.map(({ rate }) => rate ?? 0))
  return (
    <section class="q-backtest">
      <h3>{title}</h3>
      <p class="q-ink-2">{sentence(test)}</p>
      <DataTable
        id={`outcome-${test.outcome}`}
        caption={title}
        columns={[
          { key: 'band', label: 'Band then' },
          { key: 'n', label: who, number: true },
          { key: 'bad', label: left, number: true },
          { key: 'rate', label: 'Share', number: true },
          { key: 'lift', label: 'Lift', number: true },
        ]}
        rows={test.bands.map(({ band, n, bad, rate, lift }) => ({
          cells: {
            band: <BandBadge band={band} />,
            n: n.toLocaleString('en-US'),
            bad: bad.toLocaleString('en-US'),
            rate: (
              <Share
                share={rate === null ? null : worst === 0 ? 0 : rate / worst}
                text={formatValue(rate, 'percent', 'table')}
                name={left}
              />
            ),
            lift: lift === null ? '—' : `${lift.toFixed(1)}×`,
          },
        }))}
        total={{
          band: 'All',
          n: test.n.toLocaleString('en-US'),
          bad: test.bad.toLocaleString('en-US'),
          rate: formatValue(test.rate, 'percent', 'table'),
          lift: '',
        }}
      />
    </section>
  )
}

/** "AUC 0.83 (0.74 to 0.92), of 214 scores: …" */
function sentence({ auc, n, bad }: Backtest): string {
  if (!auc)
    return bad === 0
      ? `Nobody left of ${n.toLocaleString('en-US')}: there is nothing to foretell.`
      : 'All of them left: there is nothing to tell apart.'
  const [value, low, high] = [auc.value, auc.low, auc.high].map((number) => number.toFixed(2))
  return `AUC ${value} (${low} to ${high}) of ${n.toLocaleString('en-US')} scores, 0.50 is chance. ${verdictOf(auc)}`
}
