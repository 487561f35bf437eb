import { choiceField, emailField, textField } from './fields.ts'
import type { Action } from './types.ts'

const severe = { group: 'access', role: 'operator', destructive: true, reason: 'required', fields: {} } as const

/** Who may be in the product at all. */
export const accessActions: Action[] = [
  {
    ...severe,
    name: 'suspend',
    label: 'Suspend',
    icon: 'player-pause',
    question: (who) => `Suspend ${who}?`,
    verb: 'Suspend',
    about: 'The user is signed out and cannot sign in until they are reinstated. Nothing of theirs is deleted.',
    done: 'Suspended',
  },
  {
    ...severe,
    name: 'ban',
    label: 'Ban',
    icon: 'ban',
    question: (who) => `Ban ${who}?`,
    verb: 'Ban',
    about: 'The user is signed out for good, and cannot sign up again with this address.',
    done: 'Banned',
  },
  {
    ...severe,
    name: 'reinstate',
    label: 'Reinstate',
    icon: 'user-check',
    destructive: false,
    reason: 'optional',
    question: (who) => `Reinstate ${who}?`,
    verb: 'Reinstate',
    about: 'The user can sign in again, with all that was theirs.',
    done: 'Reinstated',
  },
  {
    ...severe,
    name: 'delete',
    label: 'Delete and erase',
    icon: 'trash',
    role: 'owner',
    question: (who) => `Delete ${who} from the product?`,
    verb: 'Delete user',
    about: 'The product deletes the account and what belongs to it. This cannot be undone.',
    done: 'Deleted',
    typed: true,
  },
  {
    ...severe,
    name: 'create',
    label: 'New user',
    icon: 'user-plus',
    destructive: false,
    reason: 'optional',
    question: () => 'Make a new user?',
    verb: 'Create user',
    about: 'The product makes the account, and says to the new user what it says to everybody who signs up.',
    done: 'Created',
    fields: {
      email: emailField({ label: 'E-mail' }),
      username: textField({ label: 'Username', optional: true }),
      plan: choiceField({ label: 'Plan', choices: 'plans', optional: true }),
      tenant: choiceField({ label: 'Tenant', choices: 'tenants', optional: true }),
    },
    creates: true,
  },
]
