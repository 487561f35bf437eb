import { choiceField, numberField } from './fields.ts'
import type { Action } from './types.ts'

const calm = {
  on: 'user',
  group: 'work',
  role: 'operator',
  destructive: false,
  proved: false,
  reason: 'optional',
} as const

/** What is done in a user's place. */
export const workActions: Action[] = [
  {
    ...calm,
    name: 'retry-build',
    label: 'Retry last build',
    icon: 'refresh',
    question: (who) => `Retry a failed build of ${who}?`,
    verb: 'Retry build',
    about: 'The build goes into the queue again, as a further attempt.',
    done: 'Build retried',
    fields: {
      build: choiceField({
        label: 'Build',
        hint: 'Empty: the last one that failed.',
        choices: 'failed-builds',
        optional: true,
      }),
    },
  },
  {
    ...calm,
    name: 'redeploy',
    label: 'Force redeploy',
    icon: 'rocket',
    question: (who) => `Deploy the site of ${who} again?`,
    verb: 'Redeploy',
    about: 'The last build that succeeded is deployed again, also where it is online already.',
    done: 'Redeployed',
    fields: {},
  },
  {
    ...calm,
    name: 'impersonate',
    label: 'Impersonate',
    icon: 'user-search',
    proved: true,
    reason: 'required',
    question: (who) => `Use the product as ${who}?`,
    verb: 'Get the link',
    about:
      'The product gives a link that opens once, and signs you in as this user for a short time. It shows a banner meanwhile, and what you do is done in the user’s name.',
    done: 'Impersonated',
    fields: { minutes: numberField({ label: 'For how long', unit: 'minutes', initial: () => '15' }, 5, 60) },
    link: true,
    personal: true,
  },
]
