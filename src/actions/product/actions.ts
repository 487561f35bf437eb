import { choiceField, namesField, numberField, textField } from '../fields.ts'
import type { Action } from '../types.ts'

const calm = {
  on: 'product',
  group: 'product',
  role: 'owner',
  destructive: false,
  proved: false,
  reason: 'optional',
} as const

/** A limit beyond this is none. */
const MOST_CALLS = 1_000_000_000

/** What is set for everybody at once: flags, maintenance mode and rate limits are the product’s own. */
export const productActions: Action[] = [
  {
    ...calm,
    name: 'set-flag',
    label: 'Set feature flag',
    icon: 'flag',
    question: () => 'Change a feature flag?',
    verb: 'Set flag',
    about: 'The product turns a feature on or off: for everybody, for a share of its users, or for some tenants.',
    done: 'Feature flag set',
    fields: {
      flag: choiceField({ label: 'Flag', choices: 'flags' }),
      state: choiceField({ label: 'For whom', choices: 'flag-states' }),
      percentage: numberField(
        {
          label: 'Share of users',
          unit: '%',
          hint: 'Which users these are is up to the product.',
          when: { field: 'state', is: 'percentage' },
        },
        0,
        100,
      ),
      tenants: namesField({
        label: 'Tenants',
        hint: 'Their ids, separated by commas.',
        when: { field: 'state', is: 'tenants' },
      }),
    },
  },
  {
    ...calm,
    name: 'maintenance-on',
    label: 'Turn on maintenance mode',
    icon: 'tool',
    destructive: true,
    proved: true,
    reason: 'required',
    question: () => 'Turn on maintenance mode?',
    verb: 'Turn on maintenance',
    about: 'The product shuts everybody out and shows them the message, until maintenance mode is turned off.',
    done: 'Maintenance mode turned on',
    fields: {
      message: textField(
        { label: 'Message', hint: 'What users read meanwhile. Empty: the product’s own words.', optional: true },
        300,
      ),
    },
  },
  {
    ...calm,
    name: 'maintenance-off',
    label: 'Turn off maintenance mode',
    icon: 'player-play',
    question: () => 'Turn off maintenance mode?',
    verb: 'Turn off maintenance',
    about: 'The product lets everybody in again.',
    done: 'Maintenance mode turned off',
    fields: {},
  },
  {
    ...calm,
    name: 'set-rate-limit',
    label: 'Set rate limit',
    icon: 'gauge',
    question: () => 'Change a rate limit?',
    verb: 'Set limit',
    about: 'From now on the product refuses what is beyond it, for everybody on the plan.',
    done: 'Rate limit set',
    fields: {
      plan: choiceField({ label: 'Plan', choices: 'rated-plans' }),
      limit: choiceField({ label: 'Limit', choices: 'rate-limits' }),
      value: numberField({ label: 'At most', hint: 'In the limit’s own time.' }, 0, MOST_CALLS),
    },
  },
]
