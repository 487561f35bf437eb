import type { Tag } from '../db/tag.ts'
import { CALM, type Change, type Memory, step, type Timing } from './machine.ts'
import { type Finding, verdictFor } from './readings.ts'
import type { Rule, StoredRule } from './rule.ts'

/** An alert that is open, or the end of the last one of its rule and subject. */
export interface OpenRow {
  id: number
  ruleId: number
  subject: string
  state: 'pending' | 'firing' | 'resolved'
  peak: number | null
  since: Date
  endedAt: Date | null
  seenAt: Date
  okSince: Date | null
  unknownSince: Date | null
  firedAt: Date | null
  silenced: boolean
}

/** What becomes of one subject of a rule by a check. */
export interface Step {
  stored: StoredRule
  finding: Finding
  open: OpenRow | undefined
  memory: Memory
  changes: Change[]
}

const QUIET_LOOK_BACK = '7 days'

export const timingOf = ({ for: lasts, recover, quiet, nodata }: Rule): Timing => ({
  forMs: lasts * 60_000,
  recoverMs: recover * 60_000,
  quietMs: quiet * 60_000,
  nodata,
})

/** What is open now, and what of each rule and subject ended last. */
export async function openRows(tx: Tag, now: Date): Promise<OpenRow[]> {
  return await tx<OpenRow[]>`
    select distinct on (rule_id, subject, state in ('pending', 'firing'))
      id::float8 as id, rule_id::float8 as "ruleId", subject, state, peak, pending_since as since, ended_at as "endedAt",
      seen_at as "seenAt", ok_since as "okSince", unknown_since as "unknownSince", fired_at as "firedAt",
      coalesce(silenced_until > ${now}, false) as silenced
    from alerts
    where state in ('pending', 'firing')
      or (state = 'resolved' and ended_at > ${now}::timestamptz - ${QUIET_LOOK_BACK}::interval)
    order by rule_id, subject, state in ('pending', 'firing'), ended_at desc nulls first`
}

/** Takes each rule and subject one check further. */
export function stepsOf(found: [StoredRule, Finding[]][], rows: readonly OpenRow[], now: Date): Step[] {
  const placeOf = (ruleId: number, subject: string) => `${ruleId} ${subject}`
  const open = new Map(
    rows.filter(({ state }) => state !== 'resolved').map((row) => [placeOf(row.ruleId, row.subject), row]),
  )
  const ended = new Map(
    rows.filter(({ state }) => state === 'resolved').map((row) => [placeOf(row.ruleId, row.subject), row]),
  )
  return found.flatMap(([stored, findings]) => {
    const timing = timingOf(stored.rule)
    const seen = new Set(findings.map(({ subject }) => subject))
    // A value that is not among those found has nothing bad to it any more; where nothing at all was found nobody knows.
    const missing = rows.filter(
      ({ ruleId, subject, state }) => ruleId === stored.id && state !== 'resolved' && !seen.has(subject),
    )
    const held = findings.some(({ verdict }) => verdict === 'held')
    const verdict = held ? ('held' as const) : findings.length > 0 ? ('ok' as const) : ('unknown' as const)
    const all = [...findings, ...missing.map(({ subject }): Finding => ({ ...UNKNOWN, subject, verdict }))]
    return all.map((finding) => {
      const place = placeOf(stored.id, finding.subject)
      const row = open.get(place)
      const before = memoryOf(row, ended.get(place))
      return {
        stored,
        finding,
        open: row,
        ...step(timing, before, verdictFor(finding, row !== undefined), now.getTime()),
      }
    })
  })
}

const UNKNOWN = { value: null, low: null, high: null, of: null }

function memoryOf(open: OpenRow | undefined, ended: OpenRow | undefined): Memory {
  const endedAt = ended?.endedAt?.getTime() ?? null
  if (!open) return { ...CALM, endedAt }
  return {
    phase: open.state === 'firing' ? 'firing' : 'pending',
    since: open.since.getTime(),
    okSince: open.okSince?.getTime() ?? null,
    unknownSince: open.unknownSince?.getTime() ?? null,
    endedAt,
    seenAt: open.seenAt.getTime(),
  }
}
