import { BACKFILL_PATH, type BackfillDays, nDays } from '../../../src/backfill/load.ts'
import { groupBy } from '../../../src/lib/group-by.ts'
import { addDays } from '../../../src/lib/time.ts'
import { domainOf, metricKeys, metricOf } from '../../../src/metrics/catalogue.ts'
import { FormError } from '../../parts/auth-fields.tsx'
import { Icon } from '../../parts/index.ts'

interface BackfillFormProps {
  days: BackfillDays['days']
  values: { from: string; to: string; metric: string; rebuild: boolean }
  /** What it would do as it stands. */
  plan?: string
  error?: string
  /** Why it cannot be used here. */
  off?: string
}

/** Which days, of which metric, from what; below it what that comes to. */
export const BackfillForm = ({ days, values, plan, error, off }: BackfillFormProps) => (
  <form
    method="post"
    action={BACKFILL_PATH}
    class="q-form"
    hx-get={`${BACKFILL_PATH}/plan`}
    hx-trigger="change"
    hx-target="#backfill-plan"
    hx-swap="innerHTML"
  >
    <FormError text={error} />
    <Day id="backfill-from" label="First day" name="from" value={values.from} days={days} />
    <Day id="backfill-to" label="Last day" name="to" value={values.to} days={days} />
    {days && <Spans days={days} metric={values.metric} />}
    <div class="q-form-wide">
      <label class="form-label" for="backfill-metric">
        Metric
      </label>
      <select class="form-select" id="backfill-metric" name="metric">
        <option value="">All metrics</option>
        {[...groupBy(metricKeys, domainOf)].map(([domain, keys]) => (
          <optgroup label={domain}>
            {keys.map((key) => (
              <option value={key} selected={key === values.metric}>
                {`${metricOf(key).label} (${key})`}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
    <div class="q-form-wide">
      <label class="q-check">
        <input
          type="checkbox"
          name="rebuild"
          value="1"
          checked={values.rebuild}
          aria-describedby="hint-backfill-rebuild"
        />
        Make the roll-ups anew first
      </label>
      <p class="form-hint" id="hint-backfill-rebuild">
        Needed after a change of time zone, of what makes a user active, or of currency. Slower; days whose raw facts
        are gone keep their roll-ups.
      </p>
    </div>
    <p class="q-form-wide q-ink-2" id="backfill-plan" aria-live="polite">
      {plan}
    </p>
    <p class="q-actions q-form-wide">
      <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined || !days} title={off}>
        <Icon name="player-play" />
        Start
      </button>
      {off && <span class="q-ink-3">{off}</span>}
    </p>
  </form>
)

/** Ranges that are often wanted. */
const Spans = ({ days, metric }: { days: NonNullable<BackfillDays['days']>; metric: string }) => {
  const hrefOf = (from: string) =>
    `${BACKFILL_PATH}?${new URLSearchParams({ from, to: days.to, ...(metric && { metric }) })}`
  const shorter = [7, 30, 90].filter((n) => n < days.n)
  return (
    <p class="q-actions q-form-wide">
      {shorter.map((n) => (
        <a href={hrefOf(addDays(days.to, 1 - n))}>{`Last ${n} days`}</a>
      ))}
      <a href={hrefOf(days.from)}>{`All ${nDays(days.n)}`}</a>
    </p>
  )
}

const Day = (props: { id: string; label: string; name: string; value: string; days: BackfillDays['days'] }) => (
  <div>
    <label class="form-label" for={props.id}>
      {props.label}
    </label>
    <input
      class="form-control"
      id={props.id}
      type="date"
      name={props.name}
      value={props.value}
      min={props.days?.from}
      max={props.days?.to}
      required
    />
  </div>
)
