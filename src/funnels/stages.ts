import { STEPS } from '../rollups/user-firsts.ts'

/** A stage on the way from a first look to what the product is for. */
export interface Stage {
  key: string
  label: string
  doc: string
  /** The events, jobs and objects of which a user's first is the stage; none for visitors. */
  names: readonly string[]
}

/** The stages in their order. */
export const STAGES: readonly Stage[] = [
  {
    key: 'visitors',
    label: 'Visitors',
    doc: 'People with a page view or the event visit on the day, who had no account when it began.',
    names: [],
  },
  named('requests', 'Requests', 'Users who asked for something for the first time', STEPS.request),
  named('emails', 'E-mails', 'Users who left their e-mail address', STEPS.email),
  named('verified', 'Verified', 'Users who confirmed it', STEPS.verified),
  named('builds', 'Builds', 'Users whose first build began', STEPS.build),
  named('deployed', 'Deployed', 'Users whose first site went live', STEPS.deployed),
]

function named(key: string, label: string, what: string, names: readonly string[]): Stage {
  return { key, label, doc: `${what}: ${names.join(', ')}.`, names }
}
