import { last } from './define.ts'
import type { About, RollupMetric, Unit } from './metric.ts'

/** The past of a live metric: the last sample of its day, which the minute job takes as a gauge of the same name. */
export function sampled(name: string, unit: Unit): RollupMetric {
  return lastSample(name, {
    label: name,
    unit,
    good: 'neutral',
    definition: `The last sample of ${name} on the day.`,
    action: 'See the metric itself.',
  })
}

/** The last sample of a gauge on each day; `source` is what the samples are taken of. */
export function lastSample(name: string, about: About, source?: string): RollupMetric {
  const metric = last({
    ...about,
    from: 'gauges',
    value: ({ sql }) => sql`(array_agg(r.last order by r.last_ts desc) filter (where r.name = ${name}))[1]`,
  })
  return source === undefined ? metric : { ...metric, source }
}
