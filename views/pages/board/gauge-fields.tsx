import type { Child } from 'hono/jsx'
import { type CardForm, metricsIn } from '../../../src/boards/form.ts'
import { endOf } from '../../../src/boards/kinds/gauge.ts'
import { type Catalogue, metricKey } from '../../../src/boards/metrics.ts'
import { quantityExample } from '../../../src/metrics/quantity.ts'
import { Field } from '../../parts/index.ts'

/** Where the arc ends and where it turns yellow and red, as people write values of the metric. */
export const GaugeFields = (props: {
  form: CardForm
  catalogue: Catalogue
  input: (name: string, more?: Record<string, unknown>) => Child
}) => {
  const { form, catalogue, input } = props
  const { errors } = form
  const [key] = metricsIn(catalogue, form)
  const unit = key && catalogue.of(metricKey(key)).unit
  const end = unit && endOf(unit)
  const own = 'Empty: the metric’s own limit.'
  return (
    <>
      <Field
        id="card-max"
        label="Arc ends at"
        hint={end ? `Empty: ${end}.` : unit && `Such as ${quantityExample(unit, form.currency)}.`}
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
