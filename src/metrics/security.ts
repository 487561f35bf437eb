import { different, metrics, ratio, sum } from './define.ts'
import { FAILED_LOGINS, FAILED_OAUTH } from './failed-sign-ins.ts'
import type { Expr } from './metric.ts'
import { SPIKE_TIMES } from './quality-rows.ts'

/** Events of some names, however they are written: “Login Failed” is login_failed. */
const named =
  (names: readonly string[]): Expr =>
  ({ sql }) =>
    sql`coalesce(sum(r.n) filter (where replace(lower(r.name), ' ', '_') = any(${names as string[]}::text[])), 0)`

/** Who tries what they should not, and who behaves unlike themselves. */
export default metrics({
  'security.failed_logins': sum({
    label: 'Failed sign-ins',
    unit: 'events',
    good: 'down',
    definition: `Sign-ins to the watched product that failed: events called ${FAILED_LOGINS.join(', ')}.`,
    action: 'Many in minutes? Somebody tries passwords: throttle by account and by address.',
    from: 'events',
    value: named(FAILED_LOGINS),
  }),
  'security.oauth_failures': sum({
    label: 'OAuth failures',
    unit: 'events',
    good: 'down',
    definition: `Sign-ins with the account of another provider that failed: events called ${FAILED_OAUTH.join(', ')}.`,
    action: 'More than ten an hour? A secret has expired or an address of return was changed.',
    from: 'events',
    value: named(FAILED_OAUTH),
  }),
  'security.rate_limited': sum({
    label: 'Rate-limit violations',
    unit: 'calls',
    good: 'down',
    definition: 'Calls of known users that the product itself refused because of its rate limit.',
    action: 'By user: a loop in somebody’s script, or an attempt to copy what is there?',
    from: 'troubles',
    value: ({ sql }) => sql`sum(r.rate_limited)`,
  }),
  'security.rate_limited_users': different({
    label: 'Users rate-limited',
    unit: 'users',
    good: 'down',
    definition:
      'Users whom the product’s own rate limit refused at least once; over a longer period each is counted once.',
    action: 'Many at once? The limit is too tight. One? Look at what that user does.',
    from: 'troubles',
    value: ({ sql }) => sql`count(distinct r.user_id) filter (where r.rate_limited > 0)`,
  }),
  'security.cost_spikes': sum({
    label: 'Users over 3× their cost',
    unit: 'users',
    good: 'down',
    definition: `Users who cost over ${SPIKE_TIMES}× what is normal for them on a day: the mean of their days with any cost among the 28 before, from three such days and one unit of money up. A user counts on each such day.`,
    action: 'Look at what they did: a script, a shared account, or a large project? Set a budget.',
    warn: 0,
    from: 'spikes',
    value: ({ sql }) => sql`count(*)`,
  }),
  'security.new_countries': sum({
    label: 'Sign-ins from new countries',
    unit: 'users',
    good: 'down',
    definition:
      'Users who signed in from a country for the first time, having signed in from another before. By the day of it; a user counts once for each such country.',
    action: 'Travel, most often. With failed sign-ins before it, or two countries within hours: ask the user.',
    from: 'signInCountries',
    by: ['country'],
    value: ({ sql }) => sql`count(*)`,
  }),
  'security.off_hours': ratio({
    label: 'Calls at night',
    unit: 'percent',
    good: 'down',
    definition: 'Calls between midnight and six, in the configured zone, as a share of all.',
    action: 'A jump without users elsewhere in the world? Look at which service is called, and by whom.',
    from: 'callHours',
    by: ['service'],
    num: ({ sql }) => sql`coalesce(sum(r.calls) filter (where r.local_hour < 6), 0)`,
    den: ({ sql }) => sql`sum(r.calls)`,
  }),
  'security.admin_failures': {
    ...sum({
      label: 'Failed sign-ins of admins',
      unit: 'events',
      good: 'down',
      definition: 'Sign-ins to Quarterdeck itself that failed. They belong to no tenant.',
      action: 'Ten in a quarter of an hour lock the account for a while: see Audit for the addresses.',
      from: 'signInFailures',
      value: ({ sql }) => sql`sum(r.n)`,
    }),
    // Tenants have none: of them it is unknown, not zero.
    zero: false,
  },
})
