import { addDays, eachDay, today } from '../../src/lib/time.ts'
import { rebuildDay } from '../../src/rollups/rebuild.ts'
import { median, ROUNDS, timed } from './measure.ts'
import type { Result } from './report.ts'
import type { Bench } from './setup.ts'

const DAYS = 90
/** Rebuilding 90 days five times would take most of an hour at full size. */
const FEW_EVENTS = 1_000_000

/** A rebuild's time goes with the days it is asked for, not with the days there are. */
export async function benchRebuilding({ foldDeps, config, events }: Bench): Promise<Result> {
  const to = addDays(today(new Date(), config.timeZone), -1)
  const days = eachDay(addDays(to, 1 - DAYS), to)
  const rounds = events <= FEW_EVENTS ? ROUNDS : 1
  const one: number[] = []
  const all: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const nth of [20, 45, 70]) one.push(await timed(() => rebuildDay(foldDeps, days[nth]!)))
    all.push(
      await timed(async () => {
        for (const day of days) await rebuildDay(foldDeps, day)
      }),
    )
  }
  return {
    name: 'one-day rebuild ÷ 90-day rebuild',
    value: median(one) / median(all),
    target: 1 / 45,
    floor: 1 / 30,
    better: 'less',
    note: `${median(one).toFixed(0)} ms, ${(median(all) / 1000).toFixed(1)} s; ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
  }
}
