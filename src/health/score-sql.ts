import type { Day } from '../lib/time.ts'
import { activityRows, mask } from '../metrics/activity.ts'
import type { Fragment, SqlContext } from '../metrics/metric.ts'
import { planOf } from '../metrics/plan-of.ts'
import { windowOf } from '../metrics/window.ts'
import type { HealthRules } from './rules.ts'

/** The windows that end with the day. */
const WINDOW_DAYS = 30
const FEATURE_DAYS = 90
export const WEEKS = 4
/** From so many jobs up their success says something. */
export const LEAST_JOBS = 3
/** Younger than this a user is still finding their way. */
const NEW_DAYS = 14

/** The day a pass is of, and the first day of which there is any activity. */
export interface AsOf {
  day: Day
  first: Day | null
  /** With those whose accounts were deleted after the day: `gone` is true of them. */
  andGone?: boolean
  /** Users with the names they used in the window of features, where they were read before (see namesUsed). */
  names?: Fragment
}

/**
 * Every user as of the end of a day, with score and what it is made of, out of what was known of the days up to it: one
 * statement for all of them. What changes since (a job's end, a late fact) changes it, the hour it is asked at does not.
 */
export function scoresAsOf(q: SqlContext, rules: HealthRules, { day, first, andGone = false, names }: AsOf): Fragment {
  const { sql } = q
  const { weights, keyFeatures, isNamed } = rules
  // A list that nobody has made has features of many products: those that this one has are those that somebody used.
  const configured = isNamed
    ? sql`case when count(*) > 0 then ${keyFeatures.length}::int else 0 end`
    : sql`count(distinct name)::int`
  const { builds, engagement, returns, adoption, satisfaction } = weights
  const total = builds + engagement + returns + adoption + satisfaction
  const has = (name: string, weight: number) => sql`case when ${sql(name)} is null then 0 else ${weight}::float8 end`
  const points = (name: string, weight: number) => sql`coalesce(${sql(name)} * ${weight}::float8, 0)`
  return sql`
    with people as (
      ${peopleOn(q, day, andGone)}
    ),
    activity as (
      ${activityOn(q, day)}
    ),
    tracked as materialized (select coalesce(bool_or(days > 0), false) as anybody from activity),
    work as (
      ${jobsOn(q, day)}
    ),
    uses as materialized (
      ${featuresOn(q, rules, day, names)}
    ),
    used as (select user_id, count(*)::int as n from uses group by user_id),
    -- Where nobody used any of them, nothing is known of any.
    known as materialized (select ${configured} as n from uses),
    opinions as (
      ${ratingsOn(q, day)}
    ),
    facts as (
      select p.*, ${day}::date - p.born as age,
        coalesce(a.days, 0) as active_days, coalesce(a.before, 0) as active_before, a.last_on as last_active_on,
        coalesce(a.weeks, 0) as weeks,
        least(${WEEKS}::int, (${day}::date - greatest(p.born, ${first}::date)) / 7 + 1) as weeks_of,
        coalesce(w.n, 0) as jobs, coalesce(w.ok, 0) as jobs_ok, w.last_ok_on,
        coalesce(u.n, 0) as features, (select n from known) as features_of,
        coalesce(o.n, 0) as ratings, o.share, (select anybody from tracked) as tracked
      from people p
        left join activity a on a.user_id = p.user_id
        left join work w on w.user_id = p.user_id
        left join used u on u.user_id = p.user_id
        left join opinions o on o.user_id = p.user_id
    ),
    parts as (
      select *,
        case when jobs >= ${LEAST_JOBS}::int then ${tenths(sql, sql`100.0 * jobs_ok / jobs`)} end as builds,
        case when not tracked then null when active_days = 0 then 0
          else ${tenths(sql, sql`100 * cume_dist() over (partition by plan order by active_days)`)} end as engagement,
        case when tracked then ${tenths(sql, sql`100.0 * least(weeks, weeks_of) / weeks_of`)} end as returns,
        case when features_of > 0 then ${tenths(sql, sql`100.0 * features / features_of`)} end as adoption,
        case when ratings > 0 then ${tenths(
          sql,
          sql`least(100, greatest(0, 100 * (5 * share - ${rules.ratingLow}::float8)
            / ${rules.ratingHigh - rules.ratingLow}::float8))`,
        )} end as satisfaction
      from facts
    ),
    weighed as (
      select *,
        ${has('builds', builds)} + ${has('engagement', engagement)} + ${has('returns', returns)}
          + ${has('adoption', adoption)} + ${has('satisfaction', satisfaction)} as present,
        ${points('builds', builds)} + ${points('engagement', engagement)} + ${points('returns', returns)}
          + ${points('adoption', adoption)} + ${points('satisfaction', satisfaction)} as points
      from parts
    ),
    scored as (
      select *, case when present > 0 and 2 * present >= ${total}::float8 then ${tenths(sql, sql`points / present`)} end as score
      from weighed
    )
    select *,
      case when score is null then 'unknown' when score >= ${rules.healthy}::float8 then 'healthy'
        when score >= ${rules.churning}::float8 then 'at-risk' else 'churning' end as band,
      case when active_days = 0 and age >= ${NEW_DAYS}::int then 'lapsed'
        when active_before > 0 and 2 * active_days <= active_before or score < ${rules.churning}::float8 then 'at-risk'
        when age < ${NEW_DAYS}::int then 'activation'
        when active_days > 0 and 5 * active_days >= 6 * active_before then 'growth'
        else 'mature' end as stage
    from scored`
}

/** One decimal, of parts and score alike: the score that is shown is that of the parts that are shown. */
const tenths = (sql: SqlContext['sql'], number: Fragment): Fragment => sql`round((${number})::numeric, 1)::float8`

const endOf = ({ sql, zone }: SqlContext, day: Day): Fragment => sql`(${day}::date + 1)::timestamp at time zone ${zone}`
const startOf = ({ sql, zone }: SqlContext, day: Day, days: number): Fragment =>
  sql`(${day}::date - ${days - 1}::int)::timestamp at time zone ${zone}`
/** For whom it counts what an id did that was merged into another. */
const owner = ({ sql }: SqlContext): Fragment => sql`coalesce(m.user_id, f.user_id)`

function peopleOn(q: SqlContext, day: Day, andGone: boolean): Fragment {
  const { sql, zone } = q
  const end = endOf(q, day)
  const columns = sql`u.user_id, u.tenant_id, (u.created_at at time zone ${zone})::date as born`
  const there = sql`select ${columns}, coalesce(${planOf(q, 'p')}, 'free') as plan, coalesce(p.class, 'free') as class, false as gone
      from users u left join (
        select distinct on (user_id) user_id, class, plan from user_plans
        where since < ${end} order by user_id, since desc
      ) p on p.user_id = u.user_id
      where u.status <> 'deleted' and u.created_at < ${end}`
  // An account has lost its plans when it is deleted; what was paid for it then is still in its subscriptions.
  return andGone
    ? sql`${there}
      union all
      select ${columns}, coalesce(p.plan, 'free'), case when p.plan is null then 'free' else 'paid' end, true
      from users u left join lateral (
        select s.plan from (
          select distinct on (subscription_id) plan, mrr_minor, ends_at from subscription_states
          where ts < ${end} and (user_id = u.user_id or (user_id = '' and tenant_id = u.tenant_id and u.tenant_id <> ''))
          order by subscription_id, ts desc
        ) s
        where s.mrr_minor > 0 and (s.ends_at is null or s.ends_at >= ${end}) order by s.mrr_minor desc limit 1
      ) p on true
      where ${goneAfter(q, end)} and u.created_at < ${end}`
    : there
}

/**
 * Of accounts `u`: those that were there until a moment and are deleted now. When an account was deleted is not told; it
 * is at the latest when it was changed last, and one is seldom changed after. One that was erased here has the day of the
 * change before that.
 */
export const goneAfter = ({ sql }: SqlContext, moment: Fragment): Fragment =>
  sql`(u.status = 'deleted' and u.updated_at >= ${moment})`

function activityOn(q: SqlContext, day: Day): Fragment {
  const { sql } = q
  const bits = (first: number, end: number) => sql`(r.b & ${mask(first, end)(q)})`
  const week = (n: number) => sql`(${bits(7 * n, 7 * n + 7)} <> 0::bit(128))::int`
  return sql`select r.user_id, bit_count(${bits(0, WINDOW_DAYS)})::int as days,
        bit_count(${bits(WINDOW_DAYS, 2 * WINDOW_DAYS)})::int as before,
        ${week(0)} + ${week(1)} + ${week(2)} + ${week(3)} as weeks,
        ${day}::date + 1 - nullif(position(B'1' in r.b), 0) as last_on
      from (${activityRows(q, windowOf(['*'], [day]))}) r`
}

function jobsOn(q: SqlContext, day: Day): Fragment {
  const { sql, zone } = q
  return sql`select ${owner(q)} as user_id, count(*)::int as n, (count(*) filter (where f.status = 'succeeded'))::int as ok,
        (max(f.finished_at) filter (where f.status = 'succeeded') at time zone ${zone})::date as last_ok_on
      from jobs f left join merged_ids m on m.id = f.user_id
      where f.finished_at >= ${startOf(q, day, WINDOW_DAYS)} and f.finished_at < ${endOf(q, day)}
        and f.status in ('succeeded', 'failed') and f.user_id <> ''
      group by 1`
}

/** The first day on which a key feature counts that was used, for the score of a day. */
const featuresFrom = ({ sql }: SqlContext, day: Day): Fragment => sql`${day}::date - ${FEATURE_DAYS - 1}::int`

/**
 * Users with the key features that they used before each of some days, in one look at the days of users: column `names_0`
 * is of the first of them.
 */
export function namesUsed(q: SqlContext, { keyFeatures }: HealthRules, days: Day[]): Fragment {
  const { sql } = q
  const of = days.map(
    (day, i) =>
      sql`bit_or(names) filter (where day between ${featuresFrom(q, day)} and ${day}::date) as ${sql(`names_${i}`)}`,
  )
  // They overlap.
  const [first, last] = [days.toSorted()[0] as Day, days.toSorted().at(-1) as Day]
  return sql`select user_id, ${of.reduce((all, one) => sql`${all}, ${one}`)}
      from user_days
      where scope = '*' and user_id <> '' and day between ${featuresFrom(q, first)} and ${last}::date
        and (names & (select bit_or(bit) from event_names where name = any(${keyFeatures}::text[]))) <> 0::bit(512)
      group by user_id`
}

/** Users and the key features that they used, each once. */
function featuresOn(q: SqlContext, rules: HealthRules, day: Day, names?: Fragment): Fragment {
  const { sql } = q
  const { keyFeatures } = rules
  return sql`select s.user_id, f.name
      from (
        select e.name, bit_or(e.bit) as bit from event_names e where e.name = any(${keyFeatures}::text[]) group by e.name
      ) f join (
        ${names ?? sql`select user_id, names_0 as names from (${namesUsed(q, rules, [day])}) one`}
      ) s on (s.names & f.bit) <> 0::bit(512)
      union
      select user_id, kind from object_user_days
      where kind = any(${keyFeatures}::text[]) and scope = '*' and user_id <> ''
        and day between ${featuresFrom(q, day)} and ${day}::date`
}

/** Mean opinions as a share of the best one can give. */
function ratingsOn(q: SqlContext, day: Day): Fragment {
  const { sql } = q
  return sql`select ${owner(q)} as user_id, avg(f.score / f.max)::float8 as share, count(*)::int as n
      from feedback f left join merged_ids m on m.id = f.user_id
      where f.ts >= ${startOf(q, day, FEATURE_DAYS)} and f.ts < ${endOf(q, day)} and f.score is not null and f.user_id <> ''
      group by 1`
}
