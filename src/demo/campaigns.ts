import { DAY_MS, HOUR_MS, iso, weekRhythm } from './calendar.ts'
import type { Emitter, SimFact } from './emitter.ts'
import { Random } from './random.ts'
import type { World } from './world.ts'

interface Campaign {
  id: string
  name: string
  kind: 'acquisition' | 'engagement' | 'content'
  channel: string
  tags: string[]
  /** On a middling day, in cents; 0 outside of its time. */
  dailyCents: number
  /** Users who come from this site were brought by it, so many of them. */
  from?: { referrer: string; share: number }
}

const CAMPAIGNS: readonly Campaign[] = [
  campaign('search-ads', 'Search ads', 'acquisition', 'search', 5_200, ['brand', 'evergreen'], ['google.com', 0.35]),
  campaign(
    'linkedin-ads',
    'LinkedIn for agencies',
    'acquisition',
    'social',
    3_900,
    ['agencies'],
    ['linkedin.com', 0.6],
  ),
  campaign('podcast', 'Builders podcast', 'acquisition', 'sponsoring', 2_600, ['brand', 'video'], ['youtube.com', 0.5]),
  campaign('agency-week', 'Agency week', 'acquisition', 'event', 21_000, ['agencies', 'event']),
  campaign('newsletter', 'Newsletter', 'engagement', 'email', 450, ['evergreen', 'content']),
]

/** The campaigns as they stood when the simulated past began. */
export function campaignFacts(world: World): SimFact[] {
  const atMs = world.dayMs(world.calendar.firstDay)
  return CAMPAIGNS.map(({ dailyCents, from: _, ...row }) => ({
    kind: 'campaigns',
    atMs,
    row: {
      ...row,
      status: 'running',
      budget: dailyCents * 30,
      currency: 'USD',
      started_at: iso(startOf(world, row.id)),
      updated_at: iso(atMs),
    },
  }))
}

const startOf = (world: World, id: string): number =>
  world.dayMs(id === 'agency-week' ? world.calendar.agencyWeek.fromDay : world.calendar.firstDay)

/** What each campaign cost and brought on the day before, told in the morning. */
export function spendOf(world: World, day: number, out: Emitter): void {
  const atMs = world.dayMs(day) + 5 * HOUR_MS
  const spentMs = atMs - DAY_MS
  if (world.dayOf(spentMs) < world.calendar.firstDay) return
  const random = new Random(world.options.seed, 'spend', day)
  for (const { id, dailyCents } of CAMPAIGNS) {
    const amount = Math.round(random.around(dailyCents * weekRhythm(spentMs), 0.18) * (world.options.users / 2000))
    const clicks = Math.round(amount / random.between(60, 130))
    if (id === 'agency-week' && !isAgencyWeek(world, world.dayOf(spentMs))) continue
    const seen = {
      impressions: Math.round(clicks * random.between(28, 60)),
      clicks,
      conversions: Math.round(clicks * 0.04),
    }
    const row = { campaign_id: id, day: iso(spentMs).slice(0, 10), amount, currency: 'USD', ...seen }
    out.emit('campaign_spend', atMs, { ...row, updated_at: iso(atMs) })
  }
}

const isAgencyWeek = ({ calendar: { agencyWeek } }: World, day: number): boolean =>
  day >= agencyWeek.fromDay && day < agencyWeek.toDay

/** An account as its sign-up told it: who came over a campaign's link carries its name. */
export function broughtBy(world: World, fact: SimFact): SimFact {
  if (fact.kind !== 'users') return fact
  const random = new Random(world.options.seed, 'brought', String(fact.row.id))
  const found = CAMPAIGNS.find(({ from }) => from?.referrer === fact.row.referrer)
  if (!found?.from || !random.chance(found.from.share)) return fact
  return { ...fact, row: { ...fact.row, referrer: found.id } }
}

/** A page that somebody came to from a campaign names it. */
export function arrivedBy(row: Record<string, unknown>): Record<string, unknown> {
  const properties = row.properties as Record<string, unknown>
  const found = CAMPAIGNS.find(({ id, from }) => id === properties.referrer || from?.referrer === properties.referrer)
  return found ? { ...row, properties: { ...properties, utm_campaign: found.id } } : row
}

function campaign(
  id: string,
  name: string,
  kind: Campaign['kind'],
  channel: string,
  dailyCents: number,
  tags: string[],
  from?: [referrer: string, share: number],
): Campaign {
  const brings = from && { from: { referrer: from[0], share: from[1] } }
  return { id, name, kind, channel, dailyCents, tags, ...brings }
}
