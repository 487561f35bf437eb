import { z } from 'zod'
import type { Config } from '../config.ts'
import { COMPONENT_NAMES, COMPONENTS, type Component } from './components.ts'

const numeric = (least: number, most: number) =>
  z
    .string({ error: 'must be a number' })
    .trim()
    .refine((text) => !/^-\d/.test(text), `must be ${least} or more`)
    .regex(/^\d{1,3}(\.\d{1,2})?$/, 'must be a number such as 30')
    .refine((text) => Number(text) >= least && Number(text) <= most, `must be from ${least} to ${most}`)

const LIST = z
  .string({ error: 'must be a text' })
  .trim()
  .max(1_000, 'must have at most 1000 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'must be one line')

/** Scores have no variables of their own: what they are made of is the admins' to try out. */
const own = { group: 'health', env: undefined, fixed: () => undefined, role: 'owner' } as const

const weight = (name: Component) => ({
  ...own,
  label: `Weight of ${COMPONENTS[name].label.toLowerCase()}`,
  doc: `How much it counts beside the others: ${COMPONENTS[name].about}.`,
  schema: numeric(0, 100),
  default: () => String(COMPONENTS[name].weight),
})
const bound = (label: string, doc: string, most: number, fallback: string) => ({
  ...own,
  label,
  doc,
  schema: numeric(0, most),
  default: () => fallback,
})

/** The settings of health scores, for the registry. */
export const healthSettings = {
  health_weight_builds: weight('builds'),
  health_weight_engagement: weight('engagement'),
  health_weight_returns: weight('returns'),
  health_weight_adoption: weight('adoption'),
  health_weight_satisfaction: weight('satisfaction'),
  health_band_healthy: bound('Healthy from', 'Scores from here on are healthy.', 100, '70'),
  health_band_churning: bound(
    'Churning under',
    'Scores under this are churning; those between are at risk.',
    100,
    '40',
  ),
  health_rating_low: bound('Rating that counts as 0', 'The mean rating, of 5, that is no satisfaction at all.', 5, '0'),
  health_rating_high: bound('Rating that counts as 100', 'The mean rating, of 5, that is full satisfaction.', 5, '5'),
  health_key_features: {
    ...own,
    label: 'Key features of the score',
    doc: 'Names of events, or kinds of objects and jobs, separated by commas. The score counts how many of them a user used in 90 days.',
    schema: LIST,
    default: ({ keyFeatures }: Config) => keyFeatures.join(', '),
  },
}
export type HealthSettings = Record<keyof typeof healthSettings, string>

/** What does not fit together, by the setting that says it. */
export function healthProblem(values: HealthSettings): { name: keyof HealthSettings; text: string } | undefined {
  const number = (name: keyof HealthSettings) => Number(values[name])
  if (COMPONENT_NAMES.every((name) => number(`health_weight_${name}`) === 0))
    return { name: 'health_weight_builds', text: 'At least one weight must be more than 0.' }
  if (number('health_band_churning') >= number('health_band_healthy'))
    return { name: 'health_band_churning', text: 'It must be under the score from which users are healthy.' }
  if (number('health_rating_low') >= number('health_rating_high'))
    return { name: 'health_rating_low', text: 'It must be under the rating that counts as 100.' }
  return undefined
}
