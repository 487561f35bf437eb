import { Problem } from '../lib/errors.ts'
import { type CustomKey, metricKeys, metricOf } from '../metrics/catalogue.ts'
import { familyName } from '../prometheus/names.ts'
import { bookOf } from './catalogue.ts'
import { compileFormula } from './compile.ts'
import type { CustomFields } from './input.ts'
import type { FormulaProblem } from './problem.ts'

/** A field that cannot be stored as it is. */
export class BadField extends Problem {
  readonly key: CustomKey
  override readonly field: keyof CustomFields | 'key'
  readonly words: string
  readonly problems: readonly FormulaProblem[]

  constructor(key: CustomKey, field: BadField['field'], words: string, problems: readonly FormulaProblem[] = []) {
    super(422, 'The metric is not valid', `${field}: ${words}`)
    this.key = key
    this.field = field
    this.words = words
    this.problems = problems
  }
}

/** What is checked of a metric, as it is or is to be. */
export interface Row extends CustomFields {
  key: CustomKey
  archivedAt: Date | null
}

/**
 * Checks the metrics that change, and those which would no longer be valid because of them.
 * @throws BadField
 */
export function checkRows(
  before: readonly Row[],
  after: readonly Row[],
  changed: readonly CustomKey[],
  currency: string,
): void {
  const book = bookOf(after)
  const live = after.filter(({ archivedAt }) => archivedAt === null)
  for (const row of live.filter(({ key }) => changed.includes(key))) {
    const others = live.filter(({ key }) => key !== row.key)
    checkNames(row, others, currency)
    const found = compileFormula(row.formula, book, { self: row.key, unit: row.unit })
    if (found.ok) continue
    const [first] = found.problems
    throw new BadField(
      row.key,
      first?.of ?? 'formula',
      found.problems.map(({ message }) => message).join(' '),
      found.problems,
    )
  }
  const bookBefore = bookOf(before)
  for (const row of live.filter(({ key }) => !changed.includes(key))) {
    if (!compileFormula(row.formula, bookBefore, { self: row.key, unit: row.unit }).ok) continue
    const found = compileFormula(row.formula, book, { self: row.key, unit: row.unit })
    if (!found.ok) throw brokenOther(row.key, changed, found.problems)
  }
}

/** People go by the label, Prometheus by a name which holds the unit. */
function checkNames({ key, label, unit }: Row, others: readonly Row[], currency: string): void {
  const builtIn = metricKeys.find((one) => sameText(metricOf(one).label, label))
  const same = builtIn ?? others.find((row) => sameText(row.label, label))?.key
  if (same) throw new BadField(key, 'label', `${same} has this name already.`)
  const name = familyName(key, unit, currency)
  const other = others.find((row) => familyName(row.key, row.unit, currency) === name)
  if (other)
    throw new BadField(key, 'key', `For Prometheus this and ${other.key} are both ${name}: choose another key.`)
}

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

function brokenOther(key: CustomKey, changed: readonly CustomKey[], problems: readonly FormulaProblem[]): BadField {
  const [first] = problems
  const [cause = key] = changed
  return new BadField(
    cause,
    first?.of === 'unit' ? 'unit' : 'formula',
    `${key}, which is made of it, would no longer be valid: ${first?.message}`,
  )
}

/** The custom metrics in use whose formula names this one. */
export function usersOf(rows: readonly Pick<Row, 'key' | 'formula' | 'archivedAt'>[], key: CustomKey): CustomKey[] {
  const name = new RegExp(`(?<![\\w.])${key.replace('.', '\\.')}(?![\\w.])`)
  return rows.filter((row) => row.key !== key && !row.archivedAt && name.test(row.formula)).map((row) => row.key)
}

/** @throws Problem 409 that names the metrics which are made of this one */
export function refuseWhereUsed(rows: readonly Row[], key: CustomKey): void {
  const users = usersOf(rows, key)
  if (users.length === 0) return
  const [are, them] = users.length === 1 ? ['is', 'it'] : ['are', 'them']
  throw new Problem(409, 'In use', `${users.join(', ')} ${are} made of ${key}: change or archive ${them} first.`)
}
