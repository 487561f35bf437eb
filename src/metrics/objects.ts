import { different, metrics, ratio, stock, sum } from './define.ts'
import type { About, DimOf, Expr } from './metric.ts'

/** What users make with the product and connect to it, kind by kind. */
export default metrics({
  'product.objects_open': stock({
    label: 'Open objects',
    unit: 'objects',
    good: 'neutral',
    definition: 'Objects created and not closed, at the end of the day: projects in progress, open portals and so on.',
    formula: 'created − closed',
    action: 'Look at the breakdown by kind: which of them changed?',
    from: 'objects',
    by: ['kind'],
    value: ({ sql }) => sql`sum(r.created - r.closed)`,
  }),
  'product.contracts': made('contract', {
    label: 'Contracts generated',
    unit: 'contracts',
    definition: 'Objects of the kind “contract” created in the period.',
    action: 'Fewer per new project? Look at the templates: none may fit.',
    by: ['contract_template', 'origin'],
  }),
  'product.contracts_signed': sum({
    label: 'Contracts signed',
    unit: 'contracts',
    good: 'up',
    definition: 'Contracts signed in the period (property signed_at), whenever they were generated.',
    action: 'Fewer with as many generated? Look at the signature rate, and at contracts that were sent and wait.',
    from: 'objects',
    by: ['contract_template', 'origin'],
    value: of('contract', ({ sql }) => sql`r.done`),
  }),
  'product.signature_rate': ratio({
    label: 'Signature rate',
    unit: 'percent',
    good: 'up',
    definition: 'Share of the contracts generated in the period that has been signed by now.',
    formula: 'signed ÷ generated',
    action: 'Low? Look at the rate by template, and remind who has not signed after some days.',
    from: 'objects',
    by: ['contract_template', 'origin'],
    num: of('contract', ({ sql }) => sql`r.created_done`),
    den: of('contract', ({ sql }) => sql`r.created`),
  }),
  'product.time_entries': made('time_entry', {
    label: 'Time entries',
    unit: 'objects',
    definition: 'Objects of the kind “time_entry” of the period, by the tracker that they came from.',
    action: 'Fewer? See whether an integration stopped: look at the breakdown by tracker.',
    by: ['tracker'],
  }),
  'product.hours_logged': quantity('time_entry', {
    label: 'Hours logged',
    unit: 'hours',
    definition: 'Hours of the time entries of the period: the sum of their quantity.',
    action: 'Compare with active users: hours a user tell whether the product is where they work.',
    by: ['tracker'],
  }),
  'product.commits': made('commit', {
    label: 'Commits processed',
    unit: 'objects',
    definition: 'Objects of the kind “commit” of the period, by Git provider.',
    action: 'Zero of one provider? Its connection is most likely broken.',
    by: ['git_provider'],
  }),
  'product.repositories': different({
    label: 'Repositories tracked',
    unit: 'objects',
    good: 'up',
    definition:
      'Different repositories with a commit in the period, or that were connected in it; a longer period counts each once.',
    action: 'Falling with as many users? They connect fewer of their repositories.',
    from: 'objectUsers',
    by: ['git_provider'],
    value: ({ sql }) => sql`count(distinct r.part) filter (where r.kind in ('commit', 'repository') and r.part <> '')`,
  }),
  'product.git_users': different({
    label: 'Users with Git',
    unit: 'users',
    good: 'up',
    definition:
      'Users with a commit processed or a repository connected in the period, by provider; each counts once, and once for each provider where they are told apart.',
    action: 'Low? Offer the connection when a project is created.',
    from: 'objectUsers',
    by: ['git_provider'],
    value: ({ sql }) =>
      sql`count(distinct r.user_id) filter (where r.kind in ('commit', 'repository') and r.user_id <> '')`,
  }),
  'product.tracker_users': different({
    label: 'Users with a time tracker',
    unit: 'users',
    good: 'up',
    definition: 'Users with time entries in the period that came from a tracker, and were not entered by hand.',
    action: 'Low? Most enter hours by hand: ask which tracker they use beside the product.',
    from: 'objectUsers',
    by: ['tracker'],
    value: ({ sql }) => sql`count(distinct r.user_id) filter
      (where r.kind = 'time_entry' and r.variant not in ('', 'manual') and r.user_id <> '')`,
  }),
  'product.integrations': stock({
    label: 'Integrations connected',
    unit: 'objects',
    good: 'up',
    definition:
      'Objects of the kind “integration” connected and not disconnected, at the end of the day, by what they connect.',
    action: 'By popularity: the most used deserve the care; one nobody connects may be hard to find.',
    from: 'objects',
    by: ['integration'],
    value: of('integration', ({ sql }) => sql`r.created - r.closed`),
  }),
  'product.deliverables': made('deliverable', {
    label: 'Deliverables created',
    unit: 'objects',
    definition: 'Objects of the kind “deliverable” created in the period.',
    action: 'Fewer per project? Projects are not split into what can be delivered.',
    by: ['verified'],
  }),
  'product.deliverables_done': sum({
    label: 'Deliverables completed',
    unit: 'objects',
    good: 'up',
    definition: 'Deliverables completed in the period, whenever they were created.',
    action: 'Behind those created for weeks? Work piles up: ask what they wait for.',
    from: 'objects',
    by: ['verified'],
    value: of('deliverable', ({ sql }) => sql`r.closed`),
  }),
  'product.deliverables_auto': sum({
    label: 'Auto-verified deliverables',
    unit: 'objects',
    good: 'up',
    definition: 'Deliverables completed in the period that the product verified by itself.',
    action: 'Low beside those completed? See what is verified by hand, and why.',
    from: 'objects',
    value: ({ sql }) => sql`coalesce(sum(r.closed) filter (where r.kind = 'deliverable' and r.variant = 'auto'), 0)`,
  }),
  'product.uploads': made('upload', {
    label: 'Files uploaded',
    unit: 'objects',
    definition: 'Objects of the kind “upload” stored in the period.',
    action: 'A sudden fall is most often a broken upload: look at errors.',
  }),
  'product.upload_bytes': quantity('upload', {
    label: 'Volume uploaded',
    unit: 'bytes',
    definition: 'Bytes of the files uploaded in the period: the sum of their quantity.',
    action: 'Rising faster than the files? They grow: look at storage and at the limits of plans.',
  }),
  'product.worklogs': made('worklog', {
    label: 'Worklogs',
    unit: 'objects',
    definition: 'Objects of the kind “worklog” logged in the period.',
    action: 'Fewer per active user? The habit goes: a reminder on Fridays helps.',
  }),
  'product.worklog_hours': quantity('worklog', {
    label: 'Hours in worklogs',
    unit: 'hours',
    definition: 'Hours of the worklogs logged in the period; of one that was taken back none.',
    action: 'Compare with the worklogs: longer entries are logged later, and are less exact.',
  }),
  'product.reports': made('report', {
    label: 'Reports made',
    unit: 'objects',
    definition: 'Objects of the kind “report” made in the period.',
    action: 'Few? What nobody reports, nobody misses when it is cancelled.',
  }),
  'product.templates_used': sum({
    label: 'Templates used',
    unit: 'objects',
    good: 'up',
    definition:
      'Projects, sites and contracts created from a template in the period, by template and whether it is a custom one.',
    action: 'Take out what nobody uses; make more like the most popular.',
    from: 'objects',
    by: ['template', 'origin', 'kind'],
    value: ({ sql }) => sql`coalesce(sum(r.created) filter (where r.origin <> ''), 0)`,
  }),
  'product.custom_templates': ratio({
    label: 'Share of custom templates',
    unit: 'percent',
    good: 'neutral',
    definition: 'Share of what was created from a template in the period whose template is the user’s own.',
    action: 'High? The shipped templates do not fit: look at what users change in theirs.',
    from: 'objects',
    by: ['kind'],
    num: ({ sql }) => sql`coalesce(sum(r.created) filter (where r.origin = 'custom'), 0)`,
    den: ({ sql }) => sql`sum(r.created) filter (where r.origin <> '')`,
  }),
})

type Words = Pick<About, 'label' | 'unit' | 'definition' | 'action'> & {
  by?: readonly DimOf<'objects'>[]
}

function of(kind: string, what: Expr): Expr {
  return (q) => q.sql`coalesce(sum(${what(q)}) filter (where r.kind = ${kind}), 0)`
}

/** How many of a kind were created. */
function made(kind: string, about: Words) {
  return sum({ good: 'up', from: 'objects', value: of(kind, ({ sql }) => sql`r.created`), ...about })
}

/** What the quantities of a kind add up to. */
function quantity(kind: string, about: Words) {
  return sum({ good: 'up', from: 'objects', value: of(kind, ({ sql }) => sql`r.quantity`), ...about })
}
