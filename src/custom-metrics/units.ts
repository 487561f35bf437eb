import type { Unit } from '../metrics/metric.ts'

/** Units that measure; all others that are not shares count things. */
const MEASURES = ['money', 'ms', 'bytes', 'months', 'score', 'shift'] as const
const SHARES: readonly Unit[] = ['percent', 'ratio']
/** What different things added up are counted in. */
const THINGS = 'things'

/** Every unit that the author of a formula may choose, in the order of the list. */
export const UNITS = {
  money: 'Money',
  percent: 'Percent (0 to 100)',
  ratio: 'Ratio (a plain quotient)',
  ms: 'Duration (milliseconds)',
  months: 'Months',
  score: 'Score',
  bytes: 'Bytes',
  users: 'Users',
  customers: 'Customers',
  sessions: 'Sessions',
  events: 'Events',
  requests: 'Requests',
  calls: 'Calls',
  tokens: 'Tokens',
  jobs: 'Jobs',
  payments: 'Payments',
  subscriptions: 'Subscriptions',
  trials: 'Trials',
  invoices: 'Invoices',
  projects: 'Projects',
  objects: 'Objects',
  devices: 'Devices',
  workers: 'Workers',
  connections: 'Connections',
  messages: 'Messages',
  rows: 'Rows',
  queries: 'Queries',
  hours: 'Hours',
  pages: 'Pages',
  views: 'Views',
  clicks: 'Clicks',
  downloads: 'Downloads',
  contracts: 'Contracts',
  invites: 'Invites',
  responses: 'Responses',
  prompts: 'Prompts',
  components: 'Components',
  tickets: 'Tickets',
  errors: 'Errors',
  deliveries: 'Deliveries',
  facts: 'Facts',
  shift: 'Layout shift',
} as const satisfies Record<Unit, string>

/**
 * What a value is measured in: powers of units, as money¹ jobs⁻¹. A percentage is a ratio times a hundred, so that
 * `hundreds` counts both percentages and factors of 100: `100 * a / b` is one, `a * rate / 100` has none left.
 */
export interface Quantity {
  powers: Readonly<Record<string, number>>
  hundreds: number
  /** A plain number takes the unit of what it meets. */
  constant?: number
}

export const constant = (value: number): Quantity => ({ powers: {}, hundreds: 0, constant: value })

export function quantityOf(unit: Unit): Quantity {
  if (unit === 'percent') return { powers: {}, hundreds: 1 }
  return { powers: unit === 'ratio' ? {} : { [unit]: 1 }, hundreds: 0 }
}

/** The unit of a product, or with `by` −1 of a quotient. */
export function times(a: Quantity, b: Quantity, by: 1 | -1): Quantity {
  const powers: Record<string, number> = { ...a.powers }
  for (const [unit, power] of Object.entries(b.powers)) {
    const sum = (powers[unit] ?? 0) + by * power
    if (sum === 0) delete powers[unit]
    else powers[unit] = sum
  }
  if (a.constant !== undefined && b.constant !== undefined)
    return constant(by === 1 ? a.constant * b.constant : a.constant / b.constant)
  return { powers, hundreds: hundredsOf(a) + by * hundredsOf(b) }
}

const hundredsOf = ({ constant: value, hundreds }: Quantity): number =>
  value === 100 ? 1 : value === 0.01 ? -1 : hundreds

export type Together =
  | { ok: true; unit: Quantity; warning?: string }
  /** They cannot be added or compared. */
  | { ok: false }

/** The unit of a sum, a difference, or the larger of two. */
export function together(a: Quantity, b: Quantity): Together {
  if (a.constant !== undefined) return { ok: true, unit: b }
  if (b.constant !== undefined) return { ok: true, unit: a }
  if (sameP(a, b)) {
    if (a.hundreds === b.hundreds) return { ok: true, unit: a }
    if (isShare(a)) return { ok: false }
    return { ok: true, unit: a, warning: HUNDRED }
  }
  if (isCount(a) && isCount(b))
    return {
      ok: true,
      unit: { powers: { [THINGS]: 1 }, hundreds: 0 },
      warning: `This adds up different things: ${unitWords(a)} and ${unitWords(b)}.`,
    }
  return { ok: false }
}

const HUNDRED = 'One side is a hundred times too large: a percentage is 0 to 100, so divide it by 100.'

const sameP = (a: Quantity, b: Quantity): boolean => {
  const names = new Set([...Object.keys(a.powers), ...Object.keys(b.powers)])
  return [...names].every((name) => a.powers[name] === b.powers[name])
}

const isMeasure = (unit: string): boolean => (MEASURES as readonly string[]).includes(unit)
const isShare = ({ powers }: Quantity): boolean => Object.keys(powers).length === 0
const isCount = ({ powers }: Quantity): boolean => {
  const [[unit, power] = ['', 0], ...more] = Object.entries(powers)
  return more.length === 0 && power === 1 && !isMeasure(unit)
}

const over = ({ powers }: Quantity): string[] => Object.keys(powers).filter((unit) => (powers[unit] as number) > 0)
const under = ({ powers }: Quantity): string[] => Object.keys(powers).filter((unit) => (powers[unit] as number) < 0)

/** The unit that a result is most likely meant to have. */
export function likelyUnit(quantity: Quantity): Unit {
  const above = over(quantity)
  if (above.length === 0) return quantity.hundreds === 1 ? 'percent' : 'ratio'
  const measured = above.find(isMeasure) ?? above[0]
  return measured === THINGS ? 'events' : (measured as Unit)
}

export type Verdict = { ok: true; warning?: string } | { ok: false; message: string }

/**
 * Whether a result can be said to be in a unit: what it is per something is still it (money ÷ jobs is money), and a
 * plain quotient is whatever its author says but money, time or bytes.
 */
export function verdictOf(quantity: Quantity, unit: Unit): Verdict {
  const above = over(quantity)
  const refused: Verdict = {
    ok: false,
    message: `The formula gives ${unitWords(quantity)}, which is not ${unit}; choose ${likelyUnit(quantity)}.`,
  }
  if (SHARES.includes(unit) || unit === 'score') return shareVerdict(quantity, unit, refused)
  if (above.length === 0) return isMeasure(unit) && unit !== 'months' ? refused : { ok: true }
  if (isMeasure(unit)) return above.filter(isMeasure).join() === unit ? hundredVerdict(quantity) : refused
  const counts = above.filter((one) => !isMeasure(one))
  const fits = !above.some(isMeasure) && (counts.includes(unit) || counts.includes(THINGS))
  return fits ? hundredVerdict(quantity) : refused
}

function shareVerdict(quantity: Quantity, unit: Unit, refused: Verdict): Verdict {
  const { hundreds, powers } = quantity
  if (unit === 'score' && powers.score === 1) return { ok: true }
  if (!isShare(quantity) && under(quantity).length === 0) return refused
  if (unit === 'percent' && over(quantity).some(isMeasure)) return refused
  if (unit === 'percent' && hundreds < 1)
    return { ok: true, warning: 'A quotient is 0 to 1: multiply it by 100 to get percent.' }
  if (unit === 'ratio' && hundreds > 0 && isShare(quantity))
    return { ok: true, warning: 'This is 0 to 100: choose percent, or divide it by 100.' }
  return { ok: true }
}

const hundredVerdict = ({ hundreds }: Quantity): Verdict =>
  hundreds > 0
    ? { ok: true, warning: 'A percentage is 0 to 100: to take it of something, divide it by 100.' }
    : { ok: true }

/** "money per jobs", "percent", "users × money". */
export function unitWords(quantity: Quantity): string {
  if (quantity.constant !== undefined) return 'a plain number'
  const { powers, hundreds } = quantity
  if (isShare(quantity)) return hundreds === 1 ? 'percent' : 'a ratio'
  const text = (names: string[]) => names.map((name) => powerText(name, Math.abs(powers[name] ?? 1))).join(' × ')
  const [above, below] = [over(quantity), under(quantity)]
  if (below.length === 0) return text(above)
  return `${above.length ? text(above) : 'a number'} per ${text(below)}`
}

const POWERS: Record<number, string> = { 1: '', 2: '²', 3: '³' }
const powerText = (name: string, power: number): string =>
  `${name === 'ms' ? 'time' : name}${POWERS[power] ?? `^${power}`}`
