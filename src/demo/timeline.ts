import { withAftermath } from './aftermath.ts'
import { simulateAmbience } from './ambient.ts'
import { broughtBy } from './campaigns.ts'
import { customerFacts } from './customers.ts'
import { simulateDay, type Visit } from './day.ts'
import type { CallMade, JobStory, SimFact, Window } from './emitter.ts'
import { Ledger } from './ledger.ts'
import { Busy } from './samples.ts'
import { World, type WorldOptions } from './world.ts'

/** Sessions, builds and tickets begun the day before may reach into a window. */
const LOOK_BACK_DAYS = 1
/** An invitation is sent up to two days before the sign-up it leads to. */
const LOOK_AHEAD_DAYS = 2

/**
 * The whole simulation as a function of time: the same options and window give the same facts, whenever they are asked
 * for. So the history, the gap after a pause and the live traffic are three windows of one story.
 */
export class Timeline {
  readonly world: World
  readonly #ledger: Ledger

  constructor(
    options: WorldOptions,
    private readonly probeTarget: string,
  ) {
    this.world = new World(options)
    this.#ledger = new Ledger(this.world)
  }

  get firstMs(): number {
    return this.world.dayMs(this.world.calendar.firstDay)
  }

  /** Subscriptions, payments, users and tenants of a window, in time order. */
  customers(window: Window): SimFact[] {
    return customerFacts(this.world, this.#ledger, window).map((fact) => broughtBy(this.world, fact))
  }

  /** What users and machines do in a window, a day at a time, so that memory stays small. */
  *activity(window: Window): Generator<{ day: number; facts: SimFact[] }> {
    const last = this.world.dayOf(window.toMs) + LOOK_AHEAD_DAYS
    let before = { jobs: [] as JobStory[], calls: [] as CallMade[], visits: [] as Visit[] }
    for (let day = this.world.dayOf(window.fromMs) - LOOK_BACK_DAYS; day <= last; day++) {
      const visits: Visit[] = []
      const users = simulateDay(this.world, this.#ledger, day, window, visits)
      const { jobs, calls } = users
      // Yesterday's last visits and builds reach over midnight.
      const busy = new Busy([...before.jobs, ...jobs], [...before.calls, ...calls], [...before.visits, ...visits])
      const ambience = simulateAmbience(this.world, day, window, busy, this.probeTarget)
      before = { jobs, calls, visits }
      const told = [...users.take(), ...ambience.take()].sort((a, b) => a.atMs - b.atMs)
      yield { day, facts: told.flatMap((fact) => withAftermath(this.world, fact)) }
    }
  }
}
