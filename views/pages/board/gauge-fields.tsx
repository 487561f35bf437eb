import type { Child } from 'hono/jsx'
import { type CardForm, metricsIn } from '../../../src/boards/form.ts'
import { type Catalogue, metricKey } from '../../../src/boards/metrics.ts'
import { quantityExample } from '../../../src/metrics/quantity.ts'
import { Field } from './fields.tsx'

/** Where the arc ends and where it turns yellow and red, as people write values of the metric. */
export const GaugeFields = (props: {
  form: CardForm
  catalogue: Catalogue
  input: (name: string, more?: Record<string, unknown>) => Child
}) => {
  const { form, catalogue, input } = props
  const { errors } = form
  const [key] = metricsIn(catalogue, form)
  const example = key && quantityExample(catalogue.of(metricKey(key)).unit, form.currency)
  const own = 'Empty: the metric’s own limit.'
  return (
    <>
      <Field
        id="card-max"
        label="Arc ends at"
        hint={`Per cent and scores: 100.${example ? ` Such as ${example}.` : ''}`}
        error={errors.max}
      >
        {input('max')}
      </Field>
      <Field id="card-warn" label="Yellow beyond" hint={own} error={errors.warn}>
        {input('warn')}
      </Field>
      <Field id="card-crit" label="Red beyond" hint={own} error={errors.crit}>
        {input('crit')}
      </Field>
    </>
  )
}
