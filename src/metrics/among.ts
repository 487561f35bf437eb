import type { Deps } from '../context.ts'
import { catalogueOf } from '../custom-metrics/catalogue.ts'
import { OverBudget } from '../lib/settle.ts'
import { findSegment } from '../segments/find.ts'
import type { Look } from './asks.ts'
import type { AnyKey } from './catalogue.ts'
import { Evaluation, type Range } from './evaluate.ts'
import { honoured, lookAmong, PEOPLE_FILTERS, type PeopleFilter } from './honours.ts'
import type { SqlContext } from './metric.ts'
import type { AskedPeople, People } from './people.ts'

/** Whose numbers are asked for. */
export interface AskedScope extends AskedPeople {
  scope: string
}

/** How one metric is computed of the people who are asked for. */
export interface Told {
  q: SqlContext
  look: Look
  /** The filters that it does not honour; absent = none. */
  ignored?: PeopleFilter[]
}

/** Metrics of the same people: those that honour a filter together. */
interface Part extends Told {
  keys: string[]
}

/** What is evaluated of some people: each metric by as many of the filters as it honours. */
export class Answers {
  private readonly byKey: Map<string, { told: Told; evaluation: Evaluation }>

  constructor(byKey: Map<string, { told: Told; evaluation: Evaluation }>) {
    this.byKey = byKey
  }

  /** The evaluation that has a metric. */
  of(key: string): Evaluation {
    return this.found(key).evaluation
  }

  told(key: string): Told {
    return this.found(key).told
  }

  /** To be spread into an answer. */
  ignored(key: string): Pick<Told, 'ignored'> {
    const { ignored } = this.told(key)
    return ignored ? { ignored } : {}
  }

  private found(key: string) {
    const found = this.byKey.get(key)
    if (!found) throw new Error(`${key} was not asked for`)
    return found
  }
}

/** Evaluates metrics over ranges, of the people asked for. @throws NotFound where there is no such segment */
export async function answersFor(
  deps: Deps,
  q: SqlContext,
  asked: AskedScope,
  keys: readonly string[],
  load: { ranges: Range[]; by?: string; totals?: boolean; groups?: boolean },
): Promise<Answers> {
  const { ranges, by, totals, groups = by !== undefined } = load
  const parts = await partsOf(deps, q, asked, keys, by)
  const evaluated = await Promise.all(
    parts.map(async ({ keys, ...told }) => {
      const evaluation = new Evaluation(deps, told.q, asked.scope, keys, told.look)
      await evaluation.load(ranges, groups ? by : undefined, totals)
      return keys.map((key) => [key, { told, evaluation }] as const)
    }),
  )
  return new Answers(new Map(evaluated.flat()))
}

/** How one metric is told of the people asked for. @throws NotFound */
export async function toldOf(deps: Deps, q: SqlContext, asked: AskedScope, key: AnyKey, by?: string): Promise<Told> {
  const [{ keys: _, ...told } = { keys: [], q, look: catalogueOf(deps).of }] = await partsOf(deps, q, asked, [key], by)
  return told
}

async function partsOf(
  deps: Deps,
  q: SqlContext,
  asked: AskedScope,
  keys: readonly string[],
  by?: string,
): Promise<Part[]> {
  const look = catalogueOf(deps).of
  const filters = PEOPLE_FILTERS.filter((name) => asked[name] !== undefined)
  if (filters.length === 0) return [{ keys: [...keys], q, look }]
  const people = await findPeople(deps, asked)
  const parts = new Map<string, Part>()
  for (const key of keys) {
    const kept = honoured(look, key as AnyKey, filters, by)
    const part = parts.get(kept.join()) ?? partOf(q, look, people, filters, kept, by)
    part.keys.push(key)
    parts.set(kept.join(), part)
  }
  return [...parts.values()]
}

function partOf(
  q: SqlContext,
  look: Look,
  people: People,
  asked: readonly PeopleFilter[],
  kept: readonly PeopleFilter[],
  by?: string,
): Part {
  const rest = asked.filter((one) => !kept.includes(one))
  const ignored = rest.length > 0 ? { ignored: rest } : {}
  if (kept.length === 0) return { keys: [], q, look, ...ignored }
  const { scope, plan, segment } = people
  const only = { scope, ...(kept.includes('plan') && { plan }), ...(kept.includes('segment') && { segment }) }
  return { keys: [], q: { ...q, people: only }, look: lookAmong(look, kept, by), ...ignored }
}

async function findPeople(deps: Deps, { scope, plan, segment, segmentUnchecked }: AskedScope): Promise<People> {
  if (segment !== undefined && segmentUnchecked) throw new OverBudget()
  const found = segment === undefined ? undefined : await findSegment(deps, segment)
  return { scope, ...(plan !== undefined && { plan }), ...(found && { segment: found }) }
}
