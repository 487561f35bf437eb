import type { Band } from '../../../src/health/components.ts'
import type { HealthRow } from '../../../src/health/types.ts'
import { changeOf } from '../../../src/health/words.ts'
import { Change, Sparkline, TwoLines } from '../../parts/index.ts'
import { SPARK_TONES, scoreChange } from '../../parts/score.tsx'

export const RowChange = ({ row }: { row: HealthRow }) => <Change {...scoreChange(changeOf(row))} />

/** Who, and how they stand to the product; on the phone, where there is no room for both, why they are listed. */
export const Who = ({ row, tenants, why }: { row: HealthRow; tenants: boolean; why: string }) => (
  <TwoLines
    title={row.name}
    sub={
      <>
        <span class="q-health-about">{aboutText(row, tenants)}</span>
        <span class="q-health-why">{why}</span>
      </>
    }
  />
)

/** "pro, Acme, seen 3 days before" */
export function aboutText({ plan, class: planClass, tenant_id }: HealthRow, tenants = true): string {
  const paid = planClass === 'trial' ? `${plan}, in trial` : plan
  return [paid, tenants && tenant_id].filter(Boolean).join(', ')
}

/** The score over the weeks, where there are at least two. */
export const Line = ({ points, band }: { points: { score: number }[] | undefined; band: Band }) =>
  points && points.length > 1 ? (
    <Sparkline small points={points.map(({ score }) => score)} tone={SPARK_TONES[band]} />
  ) : null
