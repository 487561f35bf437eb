import { type CardForm, metricName } from '../../../src/boards/form.ts'
import { type Catalogue, listMetrics, metricKey } from '../../../src/boards/metrics.ts'
import { described, FieldError, inputClass } from '../../parts/index.ts'

/** One field for each metric, and one more where there is room; all share one list that the browser searches. */
export const MetricFields = ({ form, catalogue, most }: { form: CardForm; catalogue: Catalogue; most: number }) => {
  const { values, errors } = form
  const given = Array.from({ length: most }, (_, i) => i).filter((i) => values[metricName(i)])
  const shown = Math.min(most, (given.at(-1) ?? -1) + 2)
  return (
    <fieldset class="q-form-wide q-builder-metrics">
      <legend class="form-label">{most > 1 ? `Metrics, up to ${most}` : 'Metric'}</legend>
      {Array.from({ length: Math.max(1, shown) }, (_, i) => {
        const name = metricName(i)
        const label = catalogue.has(values[name] ?? '') ? catalogue.of(metricKey(values[name] ?? '')).label : ''
        return (
          <div>
            <span class="q-builder-metric">
              <input
                class={inputClass(errors[name])}
                id={`card-${name}`}
                name={name}
                value={values[name]}
                list="all-metrics"
                placeholder={i === 0 ? 'Type a name or a key' : 'One more'}
                aria-label={most > 1 ? `Metric ${i + 1}` : 'Metric'}
                autocomplete="off"
                maxlength={120}
                {...described(`card-${name}`, errors[name])}
              />
              {label && <span class="q-ink-2">{label}</span>}
            </span>
            <FieldError id={`error-card-${name}`} text={errors[name]} />
          </div>
        )
      })}
      <datalist id="all-metrics">
        {listMetrics(catalogue).map(({ key, metric }) => (
          <option value={key}>{metric.label}</option>
        ))}
      </datalist>
    </fieldset>
  )
}
