import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { formatValue } from '../metrics/format.ts'
import type { RowsHead } from './rows.ts'

/** What the rows say together. */
export function sayTogether(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  { key, of, value, amount, columns, meanBy }: RowsHead,
): string {
  if (!of) return ''
  const metric = catalogueOf({ db }).of(key)
  const text = (number: number | null, unit: string) => formatValue(number, unit, 'table', config.currency)
  const its = text(amount, of.unit)
  const weighed = meanBy ? `, weighed by ${columns[meanBy]?.label ?? meanBy},` : ''
  switch (of.makes) {
    case 'sum':
      if (of.part === '') return `These rows add up to ${its}.`
      return `These rows add up to ${its}, ${of.label}: ${metric.label} is ${text(value, metric.unit)}.`
    case 'mean':
      return `The mean of these rows${weighed} is ${its}.`
    case 'beyond':
      return `The rows at or ${of.metric.good === 'up' ? 'below' : 'above'} ${its}.`
    case 'newest':
      return `The newest of these samples is the number: ${its}.`
    case 'highest':
      return `These samples are the highest of the range: ${its}.`
  }
}
