import { STEPS } from '../rollups/user-firsts.ts'
import { metrics, percentile, ratio, sum } from './define.ts'
import type { About, Expr, SqlContext } from './metric.ts'

const PEOPLE = ['country', 'provider', 'referrer'] as const

/** From the sign-up to the first value, and from there to the next user. */
export default metrics({
  'growth.signups_due': sum({
    label: 'Sign-ups of 7 days ago',
    unit: 'users',
    good: 'up',
    definition: 'Users who had their first seven days in the period: those who signed up seven days before each day.',
    action: 'This is what the rates of activation are shares of: few of them make rates jump.',
    from: 'starts',
    by: PEOPLE,
    value: ({ sql }) => sql`count(*)`,
  }),
  'growth.activated': sum({
    label: 'Activated in 7 days',
    unit: 'users',
    good: 'up',
    definition: 'Of the users who had their first seven days in the period, those who were activated within them.',
    action: 'Look at the activation rate by country, provider and referrer: where is it lower?',
    from: 'starts',
    by: PEOPLE,
    value: (q) => q.sql`case when ${seen(q, q.activationEvents)} then count(*) filter (where r.activated) end`,
  }),
  'growth.activation_rate': rate('activated', (q) => q.activationEvents, {
    label: 'Activation rate',
    definition:
      'Share of sign-ups with one of the ACTIVATION_EVENTS within 7 days. Only sign-ups at least 7 days old count, on the day on which they are. Unknown until the first such event.',
    action: 'Low? Watch the first session of some who were not activated, and take steps out before the first value.',
  }),
  'growth.upload_rate': rate('upload', () => STEPS.upload, {
    label: 'File-upload rate',
    definition: 'Share of sign-ups that uploaded a file within 7 days; counted as the activation rate is.',
    action: 'Low? Offer a file to begin with, and look at failed uploads.',
  }),
  'growth.worklog_rate': rate('worklog', () => STEPS.worklog, {
    label: 'Worklog-creation rate',
    definition: 'Share of sign-ups that logged work within 7 days; counted as the activation rate is.',
    action: 'Low? Ask for the first entry in the first session.',
  }),
  'growth.report_rate': rate('report', () => STEPS.report, {
    label: 'Report-generation rate',
    definition: 'Share of sign-ups that made a report within 7 days; counted as the activation rate is.',
    action: 'Low? Show an example report before there is data for one.',
  }),
  'users.activated': sum({
    label: 'Newly activated users',
    unit: 'users',
    good: 'up',
    definition: 'Users whose first of the ACTIVATION_EVENTS was in the period, however long after the sign-up.',
    action: 'Fewer with as many sign-ups? Look at the time to the first value.',
    from: 'firsts',
    by: PEOPLE,
    value: ({ sql }) => sql`count(*) filter (where r.step = 'activation')`,
  }),
  'growth.time_to_value': took('activation', 0.5, {
    label: 'Time to first value',
    definition:
      'Median time from the sign-up to the first of the ACTIVATION_EVENTS, of the users activated in the period.',
    action: 'Long? Look for the step at which they leave and come back another day.',
  }),
  'growth.time_to_value_p90': took('activation', 0.9, {
    label: 'Time to first value, p90',
    definition: 'Nine of ten users activated in the period needed at most this long from their sign-up.',
    action: 'Far over the median? Some return after weeks: a mail brings more of them.',
  }),
  'growth.time_to_project': took('project', 0.5, {
    label: 'Time to first project',
    definition: 'Median time from the sign-up to the first project, of the users who had their first in the period.',
    action: 'Long? Create the first project with the account, or from a template.',
  }),
  'growth.invites_sent': sum({
    label: 'Invites sent',
    unit: 'invites',
    good: 'up',
    definition: 'Invitations sent in the period.',
    action: 'Few? Ask for one where a user shows their work to somebody.',
    from: 'invites',
    by: ['channel'],
    value: ({ sql }) => sql`sum(r.sent)`,
  }),
  'growth.invites_accepted': sum({
    label: 'Invites accepted',
    unit: 'invites',
    good: 'up',
    definition: 'Invitations accepted in the period, whenever they were sent.',
    action: 'Few of many sent? Look at the mail and at the page that it leads to.',
    from: 'invites',
    by: ['channel'],
    value: ({ sql }) => sql`sum(r.accepted)`,
  }),
  'growth.invite_acceptance': ratio({
    label: 'Invite acceptance',
    unit: 'percent',
    good: 'up',
    definition: 'Share of the invitations sent in the period that has been accepted by now.',
    action: 'Low? The invitation does not say what awaits: name who invites, and to what.',
    from: 'invites',
    by: ['channel'],
    num: ({ sql }) => sql`sum(r.sent_accepted)`,
    den: ({ sql }) => sql`sum(r.sent)`,
  }),
  'growth.invite_time': percentile({
    label: 'Viral cycle time',
    unit: 'ms',
    good: 'down',
    definition: 'Median time from sending an invitation to its acceptance, of those accepted in the period.',
    action: 'Long? Remind whoever was invited after a day or two.',
    from: 'inviteTimes',
    by: ['channel'],
    value: ({ sql }) => sql`percentile_disc(0.5) within group (order by r.took_ms)`,
  }),
  'growth.viral_coefficient': ratio({
    label: 'Viral coefficient',
    unit: 'ratio',
    good: 'up',
    definition:
      'How many further users a new one brings: invites sent in the first 30 days per user of the cohort × the share of them accepted. The cohort of a day signed up 30 days before.',
    formula: 'sent ÷ users × accepted ÷ sent',
    action: 'Under 1 it adds to growth, over 1 it is growth. More invites or a better acceptance: which is nearer?',
    from: 'inviters',
    by: PEOPLE,
    num: ({ sql }) => sql`sum(r.accepted)`,
    den: ({ sql }) => sql`count(*)`,
  }),
  'growth.invites_per_user': ratio({
    label: 'Invites per new user',
    unit: 'ratio',
    good: 'up',
    definition:
      'Invites that new users sent in their first 30 days, a user; of those who had these 30 days in the period.',
    action: 'Low? Look at where an invitation would help the user who sends it.',
    from: 'inviters',
    by: PEOPLE,
    num: ({ sql }) => sql`sum(r.sent)`,
    den: ({ sql }) => sql`count(*)`,
  }),
})

/** What nobody ever did cannot be told from what is not sent: unknown, not zero. */
const seen = ({ sql }: SqlContext, names: readonly string[]) =>
  sql`(select exists (select from user_firsts where name = any(${names}::text[])))`

function rate(
  did: 'activated' | 'upload' | 'worklog' | 'report',
  names: (q: SqlContext) => readonly string[],
  about: Pick<About, 'label' | 'definition' | 'action'>,
) {
  const num: Expr = (q) => q.sql`case when ${seen(q, names(q))} then count(*) filter (where r.${q.sql(did)}) end`
  const of = { from: 'starts', by: PEOPLE, num, den: ({ sql }: SqlContext) => sql`count(*)` } as const
  return ratio({ ...about, unit: 'percent', good: 'up', ...of })
}

function took(step: 'activation' | 'project', share: number, about: Pick<About, 'label' | 'definition' | 'action'>) {
  return percentile({
    ...about,
    unit: 'ms',
    good: 'down',
    from: 'firsts',
    by: PEOPLE,
    value: ({ sql }) => sql`percentile_disc(${share}::float8) within group (order by r.took_ms)
      filter (where r.step = ${step})`,
  })
}
