import type { Deps } from '../context.ts'
import { startOfDay, today } from '../lib/time.ts'

/** What a source has sent lately. */
export interface Traffic {
  lastFactAt?: Date
  /** Taken in each of the last 60 minutes, the newest last. */
  perMinute: number[]
  today: number
  rejected24h: number
}

const MINUTES = 60
const MINUTE_MS = 60_000

interface Row {
  source: string
  lastFactAt: Date | null
  today: number
  rejected24h: number
  recent: { minute: string; n: number }[]
}

/** The traffic of every source by its name; what has sent nothing has none. */
export async function trafficOf({ db: { sql }, config, now }: Pick<Deps, 'db' | 'config' | 'now'>) {
  const at = now().getTime()
  const first = Math.floor(at / MINUTE_MS) - MINUTES + 1
  const dayStart = startOfDay(today(now(), config.timeZone), config.timeZone)
  const rows = await sql<Row[]>`
    select source, max(last_fact_at) as "lastFactAt",
      coalesce(sum(accepted) filter (where minute >= ${dayStart}), 0)::float8 as today,
      coalesce(sum(rejected) filter (where minute >= ${new Date(at - 86_400_000)}), 0)::float8 as "rejected24h",
      coalesce(
        json_agg(json_build_object('minute', minute, 'n', accepted))
          filter (where minute >= ${new Date(first * MINUTE_MS)}),
        '[]'
      ) as recent
    from door_minutes group by source`
  const bySource = new Map(rows.map((row) => [row.source, row]))
  return (source: string): Traffic => trafficOfRow(bySource.get(source), first)
}

function trafficOfRow(row: Row | undefined, first: number): Traffic {
  const perMinute = Array<number>(MINUTES).fill(0)
  if (!row) return { perMinute, today: 0, rejected24h: 0 }
  for (const { minute, n } of row.recent) {
    const place = Date.parse(minute) / MINUTE_MS - first
    if (place >= 0 && place < MINUTES) perMinute[place] = n
  }
  const { today, rejected24h, lastFactAt } = row
  return { perMinute, today, rejected24h, ...(lastFactAt && { lastFactAt }) }
}
