import { isAllowed } from '../../../src/auth/guards.ts'
import type { CustomEntry } from '../../../src/custom-metrics/catalogue.ts'
import { catalogueOf } from '../../../src/custom-metrics/catalogue.ts'
import { editPath } from '../../../src/custom-metrics/page.ts'
import { metricHref, type PageContext } from '../../../src/page.ts'
import { Card, Icon, Note } from '../../parts/index.ts'
import type { MetricProps } from '../metric.tsx'

/** What was just done with a custom metric, by the address that its form leads to. */
export const DONE: Record<string, string> = {
  created: 'The metric is saved: it is listed, charted and exported like any other.',
  changed: 'The change is saved.',
  archived: 'The metric is archived.',
  restored: 'The metric is in use again.',
}

/** Why nothing is computed. */
export const GoneNote = ({ custom }: { custom: CustomEntry }) => {
  if (custom.archivedAt) return <Note tone="info">This metric is archived: it is no longer computed or listed.</Note>
  return custom.broken ? <Note tone="crit">{`This metric is broken: ${custom.broken}`}</Note> : null
}

export const EditButton = ({ data: { custom }, context: { admin } }: MetricProps) =>
  custom && isAllowed({ role: 'operator' }, admin) ? (
    <a class="q-btn" href={editPath(custom.key)}>
      <Icon name="tool" />
      {custom.archivedAt ? 'Restore or edit' : 'Edit'}
    </a>
  ) : null

/** The formula in words, and the metrics that it names. */
export const MadeOfCard = ({ data: { custom }, context }: MetricProps) => {
  if (!custom?.compiled) return null
  const { sentence, uses } = custom.compiled
  return (
    <Card id="made-of" title="Made of">
      <p>{sentence}</p>
      <Inputs keys={uses} context={context} />
      <p class="q-help">
        Over a range the formula takes the totals of its parts: a ratio of sums, never a mean of the days’ ratios. What
        is divided by zero is unknown.
      </p>
    </Card>
  )
}

const Inputs = ({ keys, context: { deps, filters } }: { keys: readonly string[]; context: PageContext }) => {
  const { has, of } = catalogueOf(deps)
  return (
    <ul class="q-formula-inputs">
      {keys.map((key) => (
        <li>
          <a class="q-inline-link" href={metricHref(filters, key)}>
            {has(key) ? of(key).label : key}
          </a>{' '}
          <code class="q-ink-3">{key}</code>
        </li>
      ))}
    </ul>
  )
}
