import { livePathOf } from '../../src/page.ts'
import { pages } from '../../src/pages.ts'
import { COST } from '../custom-metrics-kit.ts'

/** What stands for the parameters of a page's path; a longer beginning goes first. */
const PARAMETERS: [beginning: string, parameter: string][] = [
  ['/dashboard/alerts/rules/:slug', 'error-rate'],
  ['/dashboard/metrics/:key/edit', 'custom.cost_per_job'],
  ['/dashboard/metrics/:key', 'ai.cost'],
  ['/dashboard/users/:id', 'u1'],
  ['/dashboard/segments/:id', 'german'],
  ['/dashboard/boards/:slug', 'of-numbers'],
  ['/dashboard/docs/:page', 'access'],
  ['/dashboard/settings/channels/:id', 'ops-mail'],
  ['/dashboard/settings/admins/:id', 'me'],
  ['/dashboard/settings/schedules/:job', 'daily'],
]

/** What admins make themselves and pages are about, by the API that makes it. */
const MADE = {
  '/api/segments': {
    name: 'German',
    rule: { match: 'all', conditions: [{ kind: 'country', op: 'is', values: ['DE'] }] },
  },
  '/api/custom-metrics': COST,
  '/api/channels': { kind: 'email', name: 'Ops mail', settings: { to: 'ops@example.com' }, canary_hours: 24 },
  // Without SMTP_URL it is kept.
  '/api/channels/ops-mail/test': {},
  '/api/boards': {
    name: 'Of numbers',
    cards: [
      { kind: 'tile', metric: 'users.dau' },
      { kind: 'chart', draw: 'line', metrics: ['users.dau'] },
    ],
  },
}

/** The path of a page or a fragment with something that exists in place of its parameter. */
function filledIn(path: string, like = path): string {
  const [, parameter] = PARAMETERS.find(([beginning]) => like.startsWith(beginning)) ?? []
  return parameter ? path.replace(/:\w+/, parameter) : path
}

/** Every page and every fragment, with the role that it needs. */
export const allAddresses = pages.flatMap(({ path, role, every }) => {
  const page = { path: filledIn(path), role }
  return every ? [page, { path: filledIn(livePathOf({ path }), path), role }] : [page]
})

/** Makes what the addresses name, with a key that acts and ingests. @throws Error where the API refuses it */
export async function makeNamed(post: (path: string, body: object) => Promise<Response>): Promise<void> {
  for (const [path, body] of Object.entries({ ...MADE, '/ingest/users': [{ id: 'u1' }] })) {
    const answer = await post(path, body)
    if (answer.status !== 201 && answer.status !== 200)
      throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  }
}
