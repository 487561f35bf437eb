import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, iso } from '../src/demo/calendar.ts'
import { segmentMessage } from '../src/demo/client.ts'
import type { SimFact } from '../src/demo/emitter.ts'
import { PLACES } from '../src/demo/places.ts'
import { Timeline } from '../src/demo/timeline.ts'
import { factsOf } from '../src/doors/segment-messages.ts'
import { createEnricher } from '../src/enrich/index.ts'

const anchorMs = Date.UTC(2026, 4, 20)
const nowMs = anchorMs + 15 * HOUR_MS
const tell = (seed = 7) => new Timeline({ seed, users: 80, days: 20, anchorMs }, 'http://127.0.0.1:1/health')

function everything(timeline: Timeline, fromMs: number, toMs: number, live = false): SimFact[] {
  const window = { fromMs, toMs, live }
  return [...timeline.customers(window), ...[...timeline.activity(window)].flatMap(({ facts }) => facts)]
}

const asText = (facts: SimFact[]) => facts.map((fact) => JSON.stringify(fact)).sort()

describe('the story of the demo', () => {
  it('is the same for the same seed and another for another', () => {
    const first = asText(everything(tell(), tell().firstMs, nowMs))
    expect(asText(everything(tell(), tell().firstMs, nowMs))).toEqual(first)
    expect(asText(everything(tell(8), tell().firstMs, nowMs))).not.toEqual(first)
  })

  it('goes on after a pause as if there had been none', () => {
    const whole = tell()
    const parts = tell()
    const middleMs = nowMs - 40 * HOUR_MS
    const events = (facts: SimFact[]) => asText(facts.filter(({ kind }) => kind === 'events' || kind === 'api_calls'))
    const inTwo = [
      ...events(everything(parts, parts.firstMs, middleMs)),
      ...events(everything(parts, middleMs, nowMs, true)),
    ]
    expect(inTwo.sort()).toEqual(events(everything(whole, whole.firstMs, nowMs)))
  })

  it('does not change its past when it is told beyond the horizon of its accounts', () => {
    const fresh = asText(everything(tell(), nowMs - 3 * DAY_MS, nowMs))
    const timeline = tell()
    timeline.customers({ fromMs: nowMs, toMs: nowMs + 60 * DAY_MS, live: true })
    expect(asText(everything(timeline, nowMs - 3 * DAY_MS, nowMs))).toEqual(fresh)
  })

  it('gives every event and call an id of its own', () => {
    const ids = everything(tell(), tell().firstMs, nowMs).flatMap(({ id, kind }) => (id ? [`${kind} ${id}`] : []))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('tells each job step by step when live, and each step is at its time', () => {
    const jobs = everything(tell(), nowMs - DAY_MS, nowMs, true).filter(({ kind }) => kind === 'jobs')
    const ids = [...new Set(jobs.map(({ row }) => row.id))]
    const whole = ids.map((id) => jobs.filter(({ row }) => row.id === id)).find((steps) => steps.length === 3)!
    expect(whole.map(({ row }) => row.status)).toEqual(['queued', 'running', expect.stringMatching(/succeeded|failed/)])
    for (const { row, atMs } of whole) expect(row.updated_at).toBe(iso(atMs))
  })

  it('has tenants of unlike size, each with members', () => {
    const { world } = tell()
    world.usersThrough(0)
    const sizes = world.tenants.map(({ members }) => members.length)
    expect(sizes.length).toBeGreaterThanOrEqual(4)
    expect(Math.min(...sizes)).toBeGreaterThan(0)
    expect(Math.max(...sizes)).toBeGreaterThan(2 * Math.min(...sizes))
  })

  it('takes addresses that GeoIP finds in the country meant', () => {
    const enrich = createEnricher({})
    for (const { country, networks } of PLACES)
      for (const network of networks)
        for (const rest of ['0.2', '77.31', '140.9', '255.250'])
          expect([network, rest, enrich(`${network}.${rest}`, undefined).country]).toEqual([network, rest, country])
  })

  it('names people at addresses that nobody can own', () => {
    const { world } = tell()
    for (const user of world.usersThrough(0)) expect(user.email).toMatch(/@[\w-]+\.example$/)
  })

  it('is read back from Segment messages as the facts it was', () => {
    const facts = everything(tell(), nowMs - 10 * DAY_MS, nowMs, true)
    for (const kind of ['events', 'users'] as const) {
      const fact = facts.find((one) => one.kind === kind && one.row.tenant_id)!
      const message = segmentMessage(fact)
      const [read] = factsOf(JSON.parse(JSON.stringify(message)), message.type, 0) as { row: object }[]
      const { status: _, traits, ...sent } = JSON.parse(JSON.stringify(fact.row))
      expect(read!.row).toMatchObject(sent)
      if (traits) expect(read!.row).toMatchObject({ traits })
    }
  })
})
