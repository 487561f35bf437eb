import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DoorsClient } from '../src/demo/client.ts'
import { fill } from '../src/demo/fill.ts'
import { LiveTraffic } from '../src/demo/live.ts'
import type { Poured } from '../src/demo/pour.ts'
import { enterPriceChange } from '../src/demo/prices.ts'
import { type DemoState, loadState, settleSettings } from '../src/demo/state.ts'
import { Timeline } from '../src/demo/timeline.ts'
import { addDays, eachDay } from '../src/lib/time.ts'
import { series, summary } from '../src/metrics/query.ts'
import { HERO, KPIS, LIVE, TODAY } from '../src/overview/keys.ts'
import { type TestApp, testApp } from './helpers/app.ts'

const NOW = new Date('2026-05-20T15:04:05Z')
const TODAY_DAY = '2026-05-20'
const SIZE = { seed: 3, users: 60, days: 14 }
const FIRST = addDays(TODAY_DAY, 1 - SIZE.days)
const YESTERDAY = addDays(TODAY_DAY, -1)
const quiet = { show: () => undefined, done: () => undefined }

interface Demo {
  t: TestApp
  timeline: Timeline
  state: DemoState
  poured: Poured
}

async function smallDemo(now: () => Date): Promise<Demo> {
  const t = await testApp({ now })
  const begun = await loadState(t.deps, SIZE, now())
  const timeline = new Timeline(begun, 'http://127.0.0.1:4101/health')
  await enterPriceChange(t.sql, timeline.world.calendar)
  await settleSettings(t.deps)
  return { t, timeline, ...(await fill(t.deps, timeline, begun, quiet)) }
}
