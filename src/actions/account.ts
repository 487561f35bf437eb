import { choiceField, emailField, numberField, textField } from './fields.ts'
import type { Action } from './types.ts'

const calm = {
  on: 'user',
  group: 'account',
  role: 'operator',
  destructive: false,
  proved: false,
  reason: 'optional',
} as const

/** What changes an account: who it is, its plan, and what the plan allows. */
export const accountActions: Action[] = [
  {
    ...calm,
    name: 'edit',
    label: 'Edit account',
    icon: 'edit',
    question: (who) => `Change the account of ${who}?`,
    verb: 'Change account',
    about: 'The product takes over what is entered here; a field that is left empty stays as it is.',
    done: 'Account changed',
    fields: {
      email: emailField({ label: 'E-mail', optional: true, initial: ({ email }) => email ?? '' }),
      username: textField({
        label: 'Username',
        optional: true,
        personal: true,
        initial: ({ username }) => username ?? '',
      }),
    },
    check: ({ email, username }) =>
      email === undefined && username === undefined
        ? { field: 'email', message: 'Enter what is to be changed.' }
        : undefined,
  },
  {
    ...calm,
    name: 'change-plan',
    label: 'Change plan',
    icon: 'arrows-shuffle',
    question: (who) => `Change the plan of ${who}?`,
    verb: 'Change plan',
    about:
      'The product moves the user to another plan. What is billed, and when, is the product’s affair: the dry run says it.',
    done: 'Plan changed',
    fields: { plan: choiceField({ label: 'New plan', choices: 'plans' }) },
  },
  {
    ...calm,
    name: 'limits',
    label: 'Override limits',
    icon: 'adjustments-horizontal',
    question: (who) => `Override a limit of ${who}?`,
    verb: 'Set the limit',
    about: 'One limit of the plan, for this user alone.',
    done: 'Limit set',
    fields: {
      limit: choiceField({ label: 'Limit', choices: 'limits' }),
      value: numberField(
        { label: 'New value', hint: 'Per month, in place of what the plan allows.' },
        0,
        1_000_000_000,
      ),
      days: numberField(
        { label: 'For how long', unit: 'days', hint: 'Empty: until it is changed.', optional: true },
        1,
        3_650,
      ),
    },
  },
  {
    ...calm,
    name: 'trial',
    label: 'Grant trial',
    icon: 'gift',
    question: (who) => `Grant ${who} a trial?`,
    verb: 'Grant trial',
    about: 'The user has the plan for some days, and pays nothing for them.',
    done: 'Trial granted',
    fields: {
      plan: choiceField({ label: 'Plan', choices: 'plans' }),
      days: numberField({ label: 'For how long', unit: 'days', initial: () => '14' }, 1, 365),
    },
  },
  {
    ...calm,
    name: 'waive-fees',
    label: 'Waive fees',
    icon: 'receipt-off',
    reason: 'required',
    question: (who) => `Waive the fees of ${who}?`,
    verb: 'Waive fees',
    about: 'Payments of the coming months are taken without the product’s fee.',
    done: 'Fees waived',
    fields: { months: numberField({ label: 'For how long', unit: 'months', initial: () => '1' }, 1, 24) },
  },
]
