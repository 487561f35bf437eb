/** The kinds of the feed, in the order of the filter. A new kind is a row here and a source in sources.ts. */
export const ACTIVITY_KINDS = {
  joined: { label: 'Joined', doc: 'A user account was created.' },
  plan: { label: 'Plans', doc: 'A subscription began, changed or ended (from the ledger of MRR).' },
  payment: { label: 'Payments', doc: 'A payment was taken, refused or returned.' },
  build: { label: 'Builds', doc: 'A job (build, preview, document …) started, finished or failed.' },
  deploy: { label: 'Deploys', doc: 'A deployment started, finished or failed.' },
  object: { label: 'Projects', doc: 'An object (project, contract, repository …) was created.' },
  error: {
    label: 'Errors',
    doc: 'A call that the product made or served failed, or its own code did, in a browser or on a server.',
  },
  admin: { label: 'Admin', doc: 'An admin or a key had the main app do something with a user.' },
  alert: { label: 'Alerts', doc: 'An alert has fired or has ended.' },
  source: { label: 'Sources', doc: 'A source of data has gone away or has come back.' },
  incident: { label: 'Incidents', doc: 'Alike errors or warnings began in a log file of the product.' },
  event: { label: 'Events', doc: 'A tracked event of a user.' },
} as const satisfies Record<string, { label: string; doc: string }>

export type ActivityKind = keyof typeof ACTIVITY_KINDS
export const ALL_KINDS = Object.keys(ACTIVITY_KINDS) as ActivityKind[]

/** The kinds among comma-separated words, and the words that are none. */
export function parseKinds(text: string | null | undefined): { kinds: ActivityKind[]; unknown: string[] } {
  const words = [...new Set((text ?? '').split(',').filter(Boolean))]
  const isKind = (word: string): word is ActivityKind => Object.hasOwn(ACTIVITY_KINDS, word)
  return { kinds: words.filter(isKind), unknown: words.filter((word) => !isKind(word)) }
}
