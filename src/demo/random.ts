/**
 * Seeded randomness: the same key always gives the same stream, so each user's day can be simulated alone,
 * in any order, and again later, with the same result.
 */
export class Random {
  #state: number

  constructor(...key: (string | number)[]) {
    this.#state = hashKey(key)
  }

  /** A number in [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  /** A whole number in [low, high]. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T
  }

  /** One of the items, each as likely as its weight says. */
  weighted<T extends { weight: number }>(items: readonly T[]): T {
    let left = this.next() * totalWeight(items)
    for (const item of items) {
      left -= item.weight
      if (left < 0) return item
    }
    return items[items.length - 1] as T
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next())
  }

  /** Log-normal with the given median: latencies, tokens and durations have such long tails. */
  around(median: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return median * Math.exp(sigma * normal)
  }

  poisson(mean: number): number {
    const limit = Math.exp(-mean)
    let n = 0
    for (let product = this.next(); product > limit; product *= this.next()) n++
    return n
  }

  /** A UUID of version 7 for that instant: ids in time order keep the indexes small and fast. */
  uuid(atMs: number): string {
    const ms = Math.floor(atMs)
    const time = hex4(ms / 4294967296) + hex4((ms / 65536) & 0xffff)
    const a = hex4((this.next() * 4096) | 0x7000)
    const b = hex4((this.next() * 16384) | 0x8000)
    const c = hex4(this.next() * 65536) + hex4(this.next() * 65536) + hex4(this.next() * 65536)
    return `${time}-${hex4(ms & 0xffff)}-${a}-${b}-${c}`
  }
}

const HEX4 = Array.from({ length: 65536 }, (_, n) => n.toString(16).padStart(4, '0'))
const hex4 = (n: number): string => HEX4[Math.floor(n)] as string

// The lists are constants drawn from millions of times.
const totals = new WeakMap<readonly { weight: number }[], number>()

function totalWeight(items: readonly { weight: number }[]): number {
  let total = totals.get(items)
  if (total === undefined) {
    total = items.reduce((sum, item) => sum + item.weight, 0)
    totals.set(items, total)
  }
  return total
}

/** FNV-1a over the key's text, with a last mix so that neighbouring keys do not give neighbouring streams. */
function hashKey(key: (string | number)[]): number {
  let h = 0x811c9dc5
  const text = key.join('/')
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
