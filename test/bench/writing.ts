import type { FactIn } from '../../src/facts/types.ts'
import { csvOf } from './copy.ts'
import { type Traffic, traffic } from './events.ts'
import { median, medianRatio, ROUNDS, rate, thousands, timed } from './measure.ts'
import type { Result } from './report.ts'
import { type Bench, metaNow } from './setup.ts'

const ROUND_EVENTS = 100_000
const LIVE_USERS = 20_000
const LIVE_HOURS = 2
/** As many requests of 5,000 as keep both connections busy while others are being prepared. */
const CALLERS = 4

/** Writer ÷ COPY and fold ÷ writer, on the same rows into the same table. */
export async function benchWriting(bench: Bench): Promise<Result[]> {
  const speeds: Record<'writer' | 'copy' | 'fold', number[]> = { writer: [], copy: [], fold: [] }
  for (let round = 0; round < ROUNDS; round++) {
    const chunks = [...traffic(lastHours(ROUND_EVENTS, bench.users))]
    const csv = csvOf(chunks.flat(), metaNow(), placeOf(bench))
    speeds.writer.push(rate(ROUND_EVENTS, await timed(() => writeAll(bench, chunks))))
    speeds.copy.push(rate(ROUND_EVENTS, await bench.copy(csv)))
    speeds.fold.push(rate(ROUND_EVENTS, await timed(() => bench.fold())))
  }
  const [writer, copy, fold] = [speeds.writer, speeds.copy, speeds.fold].map((all) => `${thousands(median(all))}/s`)
  return [
    {
      name: 'writer ÷ COPY',
      value: medianRatio(speeds.writer, speeds.copy),
      target: 0.6,
      floor: 0.45,
      better: 'more',
      note: `${writer} with dedupe; COPY by ${bench.copiedBy} ${copy}`,
    },
    {
      name: 'fold ÷ writer',
      value: medianRatio(speeds.fold, speeds.writer),
      target: 0.5,
      floor: 0.25,
      better: 'more',
      note: `fold ${fold}`,
    },
  ]
}

/** Traffic of the last two hours. */
export function lastHours(events: number, users: number): Traffic {
  const until = new Date()
  return { events, users: Math.max(users, LIVE_USERS), from: new Date(until.getTime() - LIVE_HOURS * 3_600_000), until }
}

export function placeOf(bench: Bench) {
  const { ip, userAgent } = metaNow()
  return bench.enrich(ip, userAgent)
}

/** Some callers at once, as with requests of several clients. */
export async function writeAll({ writer }: Pick<Bench, 'writer'>, chunks: Iterable<FactIn[]>): Promise<number> {
  const queue = chunks[Symbol.iterator]()
  let accepted = 0
  const caller = async () => {
    for (let next = queue.next(); !next.done; next = queue.next())
      accepted += (await writer.write(next.value, metaNow())).accepted
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return accepted
}
