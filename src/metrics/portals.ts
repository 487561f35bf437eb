import { different, metrics, ratio, stock, sum } from './define.ts'
import type { About, Expr } from './metric.ts'

/** Client portals, the command line tool, and what the product does by itself. */
export default metrics({
  'product.portals': sum({
    label: 'Client portals created',
    unit: 'objects',
    good: 'up',
    definition: 'Objects of the kind “portal” created in the period.',
    action: 'Few per project? Offer a portal when the first deliverable is there.',
    from: 'objects',
    value: ({ sql }) => sql`coalesce(sum(r.created) filter (where r.kind = 'portal'), 0)`,
  }),
  'product.portals_open': stock({
    label: 'Client portals open',
    unit: 'objects',
    good: 'up',
    definition: 'Portals created and not archived, at the end of the day.',
    action: 'Falling? Projects end: see whether new ones get a portal.',
    from: 'objects',
    value: ({ sql }) => sql`coalesce(sum(r.created - r.closed) filter (where r.kind = 'portal'), 0)`,
  }),
  'product.portals_active': different({
    label: 'Client portals visited',
    unit: 'objects',
    good: 'up',
    definition: 'Portals with a view in the period; a longer period counts each once.',
    action: 'Few of those open? Clients do not know of them: send them the link with each deliverable.',
    from: 'objectCounts',
    value: ({ sql }) => sql`count(distinct r.object_id) filter (where r.counter = 'views')`,
  }),
  'product.portal_views': counted('views', {
    label: 'Portal views',
    unit: 'views',
    definition: 'Pages of client portals that were viewed in the period: how far their counters went on.',
    action: 'Falling per portal? Look at what is new in them, and how often.',
  }),
  'product.portal_sessions': counted('sessions', {
    label: 'Portal sessions',
    unit: 'sessions',
    definition: 'Visits of clients to their portals in the period.',
    action: 'Rising without comments or approvals? Clients look and do not know what to do next.',
  }),
  'product.portal_session_time': ratio({
    label: 'Portal session duration',
    unit: 'ms',
    good: 'neutral',
    definition: 'Mean duration of the visits to client portals in the period.',
    action: 'Very short? The link leads to the wrong place, or asks for a log-in.',
    from: 'objectCounts',
    num: ({ sql }) => sql`1000 * coalesce(sum(r.amount) filter (where r.counter = 'session_seconds'), 0)`,
    den: ({ sql }) => sql`sum(r.amount) filter (where r.counter = 'sessions')`,
  }),
  'product.cli_downloads': sum({
    label: 'CLI downloads',
    unit: 'downloads',
    good: 'up',
    definition: 'Events “cli_download” of the period, of known users and others.',
    action: 'A peak is a release or a mention: look at whether installations follow.',
    from: 'events',
    value: ({ sql }) => sql`coalesce(sum(r.n) filter (where r.name = 'cli_download'), 0)`,
  }),
  'product.cli_installs': stock({
    label: 'CLI installations',
    unit: 'objects',
    good: 'up',
    definition:
      'Installations of the command line tool that were not removed, at the end of the day, by the version that they have now.',
    action: 'Many of an old version? Say in the tool that there is a newer one.',
    from: 'objects',
    by: ['version'],
    value: ({ sql }) => sql`coalesce(sum(r.created - r.closed) filter (where r.kind = 'cli_install'), 0)`,
  }),
  'product.cli_active': different({
    label: 'CLI active installations',
    unit: 'objects',
    good: 'up',
    definition:
      'Installations of the command line tool that were seen in the period (property last_seen_at); each counts once.',
    action: 'Far below the installations? It is installed and forgotten: look at what it is used for.',
    from: 'objectCounts',
    value: ({ sql }) => sql`count(distinct r.object_id) filter (where r.counter = 'seen')`,
  }),
  'automation.auto_pauses': automatic(['auto_pause', 'auto_paused'], {
    label: 'Automatic pauses',
    definition: 'Events “auto_pause” of the period: what the product paused by itself.',
    action: 'Rising? Users meet a limit: look at whose work is paused.',
  }),
  'automation.auto_replenishes': automatic(['auto_replenish', 'auto_replenished'], {
    label: 'Automatic replenishments',
    definition: 'Events “auto_replenish” of the period: credits or hours that were filled up by themselves.',
    action: 'Often for the same users? They have outgrown their plan.',
  }),
})

function counted(counter: string, about: Pick<About, 'label' | 'unit' | 'definition' | 'action'>) {
  const value: Expr = ({ sql }) => sql`coalesce(sum(r.amount) filter (where r.counter = ${counter}), 0)`
  return sum({ ...about, good: 'up', from: 'objectCounts', value })
}

function automatic(names: string[], about: Pick<About, 'label' | 'definition' | 'action'>) {
  const value: Expr = ({ sql }) => sql`coalesce(sum(r.n) filter (where r.name = any(${names}::text[])), 0)`
  return sum({ ...about, unit: 'events', good: 'neutral', from: 'events', by: ['name'], value })
}
