import { type CardForm, metricName } from '../../../src/boards/form.ts'
import { type Catalogue, listMetrics, metricKey } from '../../../src/boards/metrics.ts'
import { Icon } from '../../parts/index.ts'

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
                class={errors[name] ? 'form-control is-invalid' : 'form-control'}
                id={`card-${name}`}
                name={name}
                value={values[name]}
                list="all-metrics"
                placeholder={i === 0 ? 'Type a name or a key' : 'One more'}
                aria-label={most > 1 ? `Metric ${i + 1}` : 'Metric'}
                aria-invalid={errors[name] ? 'true' : undefined}
                aria-describedby={errors[name] ? `error-card-${name}` : undefined}
                autocomplete="off"
                maxlength={120}
              />
              {label && <span class="q-ink-2">{label}</span>}
            </span>
            {errors[name] && (
              <p class="q-field-error" id={`error-card-${name}`} role="alert">
                <Icon name="alert-octagon" size={14} />
                <span>{errors[name]}</span>
              </p>
            )}
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
