import type { Deps } from '../context.ts'

/** A clock minute of calls. */
export interface CallMinute {
  at: Date
  calls: number
  aiRequests: number
}

export const MINUTES = 60

/** The rate of now beside what the last day has seen. */
export interface CallRate {
  minutes: CallMinute[]
  /** The last full minute. */
  perMinute: number
  /** The busiest minute of the last 24 hours; 0 without calls. */
  peak: number
}

/** Calls of the last hour by minute, the running one included; minutes without calls are there too. */
export async function callRate({ db, now }: Deps, scope: string): Promise<CallRate> {
  const at = now()
  const [minutes, peaks] = await Promise.all([
    db.sql<CallMinute[]>`
      with minutes as (
        select generate_series(date_trunc('minute', ${at}::timestamptz) - ${MINUTES - 1} * interval '1 minute',
          date_trunc('minute', ${at}::timestamptz), interval '1 minute') as at
      ), counted as (
        select at, sum(calls)::float8 as calls, coalesce(sum(requests) filter (where ai), 0)::float8 as "aiRequests"
        from api_call_minutes
        where scope = ${scope} and at > ${at}::timestamptz - ${MINUTES} * interval '1 minute' and at <= ${at}
        group by at
      )
      select at, coalesce(calls, 0) as calls, coalesce("aiRequests", 0) as "aiRequests"
      from minutes left join counted using (at) order by at`,
    db.sql<{ peak: number }[]>`
      select coalesce(max(calls), 0)::float8 as peak from (
        select sum(calls) as calls from api_call_minutes
        where scope = ${scope} and at > ${at}::timestamptz - interval '24 hours' and at <= ${at}
        group by at
      ) m`,
  ])
  return { minutes: [...minutes], perMinute: minutes.at(-2)?.calls ?? 0, peak: peaks[0]?.peak ?? 0 }
}
