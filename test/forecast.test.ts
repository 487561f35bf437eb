import { describe, expect, it } from 'vitest'
import { crossingOf } from '../src/forecast/crossing.ts'
import { forecast, LEAST_DAYS, usualNext } from '../src/forecast/forecast.ts'
import { leastOf } from '../src/forecast/simplex.ts'

/** Numbers between 0 and 1, the same ones each time (Mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
/** Normally distributed (Box and Muller). */
const chance = (random: () => number) => () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

const WEEK = [12, 8, 6, 5, 4, -15, -20]

/** A series of the method's own kind, whose weights are known. */
function simulated(seed: number, days: number): number[] {
  const error = chance(dice(seed))
  const week = [...WEEK]
  let [level, trend] = [200, 0.5]
  return Array.from({ length: days }, (_, i) => {
    const e = 4 * error()
    const value = level + trend + (week[i % 7] as number) + e
    level += trend + 0.3 * e
    trend += 0.02 * e
    week[i % 7] = (week[i % 7] as number) + 0.1 * e
    return value
  })
}
const forecastOf = (values: readonly (number | null)[], days: number) => {
  const found = forecast(values, days)
  if (!found) throw new Error('there is enough history')
  return found
}

describe('the search for the least value', () => {
  it('finds the bottom of a bent valley', () => {
    // Rosenbrock's function: 0 at (1, 1).
    const least = leastOf(([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, [-1.2, 1], 500)
    expect(least.at[0]).toBeCloseTo(1, 2)
    expect(least.at[1]).toBeCloseTo(1, 2)
  })
})

describe('a forecast', () => {
  it('needs four weeks of known days', () => {
    const days = Array.from({ length: LEAST_DAYS - 1 }, (_, i) => i)
    expect(forecast(days, 1)).toBeUndefined()
    expect(forecast([], 1)).toBeUndefined()
    expect(forecast([...days, null, null], 1)).toBeUndefined()
    expect(forecast([...days, 27], 1)).toHaveLength(1)
  })

  it('of what never moved is that it stays, for certain', () => {
    for (const day of forecastOf(Array(40).fill(7), 30)) expect(day).toMatchObject({ value: 7, low95: 7, high95: 7 })
  })

  it('of a straight line goes on with it', () => {
    const line = forecastOf(
      Array.from({ length: 40 }, (_, i) => 10 + 2 * i),
      10,
    )
    // Day 40 is 10 + 2 × 40 = 90, the tenth day ahead 108.
    expect(line[0]?.value).toBeCloseTo(90, 1)
    expect(line[9]?.value).toBeCloseTo(108, 1)
  })

  it('knows the week: the same weekday comes out, whatever day is the last', () => {
    for (const days of [42, 45]) {
      const next = forecastOf(
        Array.from({ length: days }, (_, i) => 100 + (WEEK[i % 7] as number)),
        7,
      )
      for (const [i, { value }] of next.entries()) expect(value).toBeCloseTo(100 + (WEEK[(days + i) % 7] as number), 0)
    }
  })

  it('goes on over days that are not known', () => {
    const values = Array.from({ length: 56 }, (_, i) => (i % 10 === 3 ? null : 100 + (WEEK[i % 7] as number)))
    const [tomorrow] = forecastOf(values, 1)
    expect(tomorrow?.value).toBeCloseTo(112, 0)
  })

  it('holds what comes in its intervals as often as it says', () => {
    const [DAYS, TRIES, FAR] = [84, 250, [1, 7, 14]]
    const held = FAR.map(() => ({ within80: 0, within95: 0 }))
    for (let seed = 1; seed <= TRIES; seed++) {
      const all = simulated(seed * 7_919, DAYS + 14)
      const days = forecastOf(all.slice(0, DAYS), 14)
      for (const [i, far] of FAR.entries()) {
        const [day, came, counts] = [days[far - 1], all[DAYS + far - 1] as number, held[i]]
        if (!day || !counts) throw new Error('the day was forecast')
        if (came >= day.low80 && came <= day.high80) counts.within80++
        if (came >= day.low95 && came <= day.high95) counts.within95++
      }
    }
    for (const [i, { within80, within95 }] of held.entries()) {
      // Weights that are fitted instead of known make intervals a little too narrow, the more the further ahead.
      expect(within80 / TRIES, `80 % at ${FAR[i]}`).toBeGreaterThan(0.7)
      expect(within80 / TRIES, `80 % at ${FAR[i]}`).toBeLessThan(0.88)
      expect(within95 / TRIES, `95 % at ${FAR[i]}`).toBeGreaterThan(0.86)
      expect(within95 / TRIES, `95 % at ${FAR[i]}`).toBeLessThan(0.99)
    }
  })

  it('is closer than the same weekday of the last week', () => {
    let [ours, naive] = [0, 0]
    for (let seed = 1; seed <= 60; seed++) {
      const all = simulated(seed * 104_729, 98)
      const next = forecastOf(all.slice(0, 84), 14)
      for (const [i, { value }] of next.entries()) {
        ours += Math.abs((all[84 + i] as number) - value)
        naive += Math.abs((all[84 + i] as number) - (all[84 + i - 7 - (i >= 7 ? 7 : 0)] as number))
      }
    }
    expect(ours / naive).toBeLessThan(0.9)
  })
})

describe('what is usual for the next day', () => {
  const usual = (values: readonly (number | null)[]) => {
    const found = usualNext(values)
    if (!found) throw new Error('there is enough history')
    return found
  }

  it('is what the forecast says, where no day was unlike the others', () => {
    const days = Array.from({ length: 56 }, (_, i) => 100 + 2 * i + (WEEK[i % 7] as number))
    expect(usual(days)).toEqual(forecastOf(days, 1)[0])
    expect(usualNext(days.slice(0, LEAST_DAYS - 1))).toBeUndefined()
  })

  it('is not widened by an outage, nor drawn towards it', () => {
    for (const seed of [3, 5, 7, 11]) {
      const days = simulated(seed * 7_919, 84)
      const [calm, out] = [usual(days), days.map((value, i) => (i === 78 || i === 79 ? 0 : value))]
      const after = usual(out)
      expect(after.deviation / calm.deviation, `deviation, ${seed}`).toBeLessThan(1.3)
      expect(Math.abs(after.value - calm.value), `value, ${seed}`).toBeLessThan(2 * calm.deviation)
      // The plain forecast is: each of the days missed by some 250 of an error of 4.
      expect(forecastOf(out, 1)[0]!.deviation / calm.deviation, `plain, ${seed}`).toBeGreaterThan(3)
    }
  })

  it('knows of an outage in a series that never moved', () => {
    const days = Array.from({ length: 60 }, (_, i) => (i === 50 ? 0 : 100))
    expect(usual(days)).toMatchObject({ value: 100, deviation: 0 })
  })

  it('takes no day out of a series that is like that on many days', () => {
    // Nothing on most days, and one or two now and then.
    const days = Array.from({ length: 84 }, (_, i) => [0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0][i % 11] as number)
    expect(usual(days)).toEqual(forecastOf(days, 1)[0])
    expect(usual(days).deviation).toBeGreaterThan(0.3)
  })
})

describe('a limit ahead', () => {
  const line = Array.from({ length: 10 }, (_, i) => {
    const value = 80 + 2 * (i + 1)
    return { value, deviation: 2.4, low80: value - 3, high80: value + 3, low95: value - 5, high95: value + 5 }
  })
  it('is passed when the forecast is beyond it, and its interval tells from when to when', () => {
    // 92 is the first value above 90 (day 6); 91 = 88 + 3 on day 4; 91 = 94 − 3 on day 7.
    expect(crossingOf(line, 'above', 90)).toEqual({ likely: 6, first: 4, last: 7 })
  })
  it('may not be passed at all, or only by chance', () => {
    expect(crossingOf(line, 'above', 101)).toBeUndefined()
    expect(crossingOf(line, 'above', 98)).toEqual({ likely: 10, first: 8, last: null })
    expect(crossingOf(line, 'below', 70)).toBeUndefined()
    expect(crossingOf(line.toReversed(), 'below', 90)).toEqual({ likely: 7, first: 5, last: 8 })
  })
})
