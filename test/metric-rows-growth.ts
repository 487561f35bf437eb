import type { FactKind } from '../src/facts/types.ts'

type Row = Record<string, unknown>

/** People and things of every kind that metrics of growth and product use look at. `ago` is an instant days before now. */
export function growthFacts(ago: (days: number) => string): Partial<Record<FactKind, Row[]>> {
  return {
    users: [
      { id: 'u10', tenant_id: 'acme', created_at: ago(98), provider: 'google', country: 'DE' },
      { id: 'u11', tenant_id: 'bolt', created_at: ago(40), referrer: 'https://www.news.example/42' },
      { id: 'u12', created_at: ago(20), referrer: 'direct' },
      ...['rising', 'steady', 'sinking', 'silent'].map((id) => ({ id, tenant_id: 'acme', created_at: ago(70) })),
    ],
    events: [
      ...daysOf('rising', [45, 9, 8, 7]),
      ...daysOf('steady', [45, 44, 12, 11]),
      ...daysOf('sinking', [48, 47, 46, 45, 5]),
    ].map(({ user_id, days }, i) => ({ name: FIRST[i] ?? 'open', user_id, tenant_id: 'acme', ts: ago(days) })),
    objects: [...madeThings(ago), ...changingThings(ago)],
    invites: Array.from({ length: 14 }, (_, i) => ({
      id: `inv${i}`,
      user_id: i % 2 ? 'u11' : 'u12',
      tenant_id: i % 2 ? 'bolt' : undefined,
      channel: i % 3 ? 'email' : undefined,
      sent_at: ago(39 - 2.7 * i),
      ...(i % 3 === 0 ? {} : { accepted_at: ago(38.4 - 2.5 * i) }),
    })),
    feedback: Array.from({ length: 60 }, (_, i) => ({
      kind: ['nps', 'csat', 'rating', 'comment'][i % 4],
      ...(i % 4 === 3 ? {} : { score: i % 6 }),
      ts: ago(0.37 * i + 0.01),
      user_id: `u${i % 14}`,
      tenant_id: ['acme', 'bolt', undefined][i % 3],
    })),
  }
}

/** Things by which the product is measured, some a day. */
function madeThings(ago: (days: number) => string): Row[] {
  const kinds: Row[] = [
    { kind: 'contract', properties: { template: 'NDA' } },
    { kind: 'contract', properties: { template: 'Own', custom_template: true } },
    { kind: 'time_entry', quantity: 2.5, properties: { tracker: 'toggl' } },
    { kind: 'time_entry', quantity: 1, properties: { tracker: 'manual' } },
    { kind: 'commit', properties: { git_provider: 'github', repository: 'a/x' } },
    { kind: 'commit', properties: { git_provider: 'gitlab', repository: 'b/y' } },
    { kind: 'integration', name: 'toggl' },
    { kind: 'deliverable', properties: { auto_verified: true } },
    { kind: 'deliverable' },
    { kind: 'upload', quantity: 4096 },
    { kind: 'worklog', quantity: 7.5 },
    { kind: 'report' },
    { kind: 'portal' },
  ]
  return Array.from({ length: 130 }, (_, i) => {
    const { properties, ...kind } = kinds[i % kinds.length] as Row & { properties?: Row }
    const created = 0.31 * i + 0.02
    const signed = kind.kind === 'contract' && i % 4 ? { signed_at: ago(created / 2) } : {}
    return {
      ...kind,
      id: `g${i}`,
      user_id: `u${i % 14}`,
      tenant_id: ['acme', 'bolt', undefined][i % 3],
      created_at: ago(created),
      updated_at: ago(0),
      ...(kind.kind === 'deliverable' && i % 5 ? { closed_at: ago(created / 3) } : {}),
      properties: { ...properties, ...signed },
    }
  })
}

/** Portals whose counters go on, and installations that are seen, update and go; each state is told when it is so. */
function changingThings(ago: (days: number) => string): Row[] {
  return Array.from({ length: 12 }, (_, n) => [
    {
      kind: 'portal',
      id: `portal${n % 3}`,
      tenant_id: n % 3 ? 'acme' : undefined,
      created_at: ago(40),
      updated_at: ago(24 - 2 * n),
      properties: { views: 10 + 7 * n, sessions: 2 + n, session_seconds: 90 * n },
    },
    {
      kind: 'cli_install',
      id: `cli${n % 4}`,
      user_id: `u${n % 4}`,
      tenant_id: n % 4 ? 'bolt' : undefined,
      created_at: ago(30 - (n % 4)),
      updated_at: ago(23.5 - 2 * n),
      ...(n === 11 ? { closed_at: ago(1.5) } : {}),
      properties: { version: `1.${Math.floor(n / 4)}`, last_seen_at: ago(23.6 - 2 * n) },
    },
  ]).flat()
}

/** rising is activated on its second day, sinking on its last. */
const FIRST = ['open', 'file_uploaded', ...Array<string>(10).fill('open'), 'file_uploaded']

const daysOf = (user_id: string, all: number[]) => all.map((days) => ({ user_id, days }))

/** Events that the catalogue knows by their names. */
export const KNOWN_EVENTS = ['cli_download', 'auto_pause', 'auto_replenish', 'template_used', 'file_uploaded']
