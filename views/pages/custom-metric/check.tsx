import type { Deps } from '../../../src/context.ts'
import type { CheckedDraft, Preview } from '../../../src/custom-metrics/preview.ts'
import type { FormulaProblem } from '../../../src/custom-metrics/problem.ts'
import { UNITS, unitWords } from '../../../src/custom-metrics/units.ts'
import { rangeDates } from '../../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../../src/lib/settle.ts'
import { dayAxis, valueText } from '../../../src/metric-view.ts'
import { metricOf } from '../../../src/metrics/catalogue.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import type { Unit } from '../../../src/metrics/metric.ts'
import { Facts, FieldError, Icon, LineChart, Note } from '../../parts/index.ts'

export interface CheckProps {
  deps: Deps
  scope: string
  checked: CheckedDraft
  preview: Loaded<Preview> | undefined
}

/** What a formula says, or what is wrong with it and where; it takes the place of itself while one types. */
export const FormulaCheck = (props: CheckProps) => {
  const { checked } = props
  return (
    <div class="q-formula-flow" id="formula-check">
      <div class="q-formula-flow" id="formula-says" role="status">
        {checked.text === '' ? <Idle /> : checked.formula ? <Says {...props} /> : <Wrong {...checked} />}
      </div>
      {checked.formula && <PreviewOf {...props} />}
    </div>
  )
}

const Idle = () => (
  <p class="q-ink-3">
    Keys of metrics, numbers, + − × ÷ and parentheses; min, max, abs, round, coalesce(a, 0). What is divided by zero is
    unknown.
  </p>
)

const Wrong = ({ text, problems }: CheckProps['checked']) => (
  <>
    {problems.map((problem) => (
      <>
        <FieldError
          text={problem.of === 'unit' ? problem.message : `${problem.message} (${placeOf(problem, text)})`}
          quiet
        />
        {problem.of !== 'unit' && <Marked text={text} problem={problem} />}
      </>
    ))}
  </>
)

const placeOf = ({ at, end }: FormulaProblem, text: string): string =>
  at >= text.length
    ? 'at the end'
    : end - at > 1
      ? `characters ${at + 1} to ${Math.min(end, text.length)}`
      : `character ${at + 1}`

/** The formula with a caret under what is wrong. */
const Marked = ({ text, problem: { at, end } }: { text: string; problem: FormulaProblem }) => (
  <p class="q-formula q-formula-wrong" aria-hidden="true">
    {text.slice(0, at)}
    <mark>{text.slice(at, Math.max(end, at + 1)) || '\u00a0'}</mark>
    {text.slice(Math.max(end, at + 1))}
  </p>
)

const Says = ({ checked: { formula, unit } }: CheckProps) =>
  formula &&
  unit && (
    <>
      <p class="q-formula-says">
        <Icon name="circle-check" size={14} tone="good" />
        <span>{formula.sentence}</span>
      </p>
      <p class="q-ink-2">{`It gives ${unitWords(formula.unit)}; it is shown as ${nameOf(unit)}.`}</p>
      {formula.warnings.map(({ message }) => (
        <Note tone="warn">{message}</Note>
      ))}
    </>
  )

const nameOf = (unit: Unit): string => {
  const text = UNITS[unit]
  return text.charAt(0).toLowerCase() + text.slice(1)
}

const PreviewOf = ({ deps, scope, checked: { formula, unit = 'ratio' }, preview }: CheckProps) => {
  const found = preview && shownOf(preview)
  const { currency } = deps.config
  if (!found) return <Note tone="warn">The preview could not be computed just now; the formula itself is valid.</Note>
  const { from, to, today, points, total, inputs } = found
  const text = (value: number | null) => formatValue(value, unit, 'table', currency)
  const where = scope === '*' ? 'all tenants' : scope
  return (
    <div class="q-formula-flow" id="formula-preview">
      <div class="q-formula-total">
        <span class="q-label">{`${rangeDates(from, to, today)}, ${where}`}</span>
        <b class="q-strip-value q-num">{text(total)}</b>
        {total === null && <span class="q-ink-3">unknown: a part is, or it is divided by zero</span>}
      </div>
      <LineChart
        id="formula"
        summary={`The formula from ${from} to ${to}: ${text(total)}.`}
        unit={unit}
        currency={currency}
        {...dayAxis(
          points.map(({ day }) => day),
          today,
        )}
        series={[{ name: 'Formula', values: points.map(({ value }) => value) }]}
        table={{ head: ['', 'Formula'], rows: points.map(({ value }) => [text(value)]) }}
      />
      <Facts
        items={inputs.map(({ key, total: of }) => ({
          label: metricOf(key).label,
          value: valueText(deps, key, of, 'table'),
        }))}
      />
      <p class="q-help">
        {(formula?.of.length ?? 0) > 1
          ? 'Over a range the formula takes these totals: a ratio of sums, never a mean of the days’ ratios.'
          : 'Over a range the formula takes this total, not a mean of its days.'}
      </p>
    </div>
  )
}
