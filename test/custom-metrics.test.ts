import { describe, expect, it } from 'vitest'
import { bookOf } from '../src/custom-metrics/catalogue.ts'
import { type Book, compileFormula } from '../src/custom-metrics/compile.ts'
import { likelyUnit } from '../src/custom-metrics/units.ts'
import type { Unit } from '../src/metrics/metric.ts'

const row = (name: string, formula: string, unit: Unit = 'ratio', archivedAt: Date | null = null) => ({
  key: `custom.${name}` as const,
  label: `The ${name}`,
  formula,
  unit,
  archivedAt,
})
const book: Book = bookOf([
  row('per_job', 'ai.cost / jobs.total', 'money'),
  row('twice', '2 * custom.per_job', 'money'),
  row('gone', 'users.dau', 'users', new Date()),
  row('of_old', 'users.no_longer', 'users'),
])
const compiled = (text: string, more: Parameters<typeof compileFormula>[2] = {}) => {
  const found = compileFormula(text, book, more)
  if (!found.ok) throw new Error(found.problems[0]?.message)
  return found.formula
}
const problemOf = (text: string, more: Parameters<typeof compileFormula>[2] = {}) => {
  const found = compileFormula(text, book, more)
  if (found.ok) throw new Error(`${text} is taken`)
  return found.problems[0]!
}

describe('a formula', () => {
  const known = {
    'ai.cost': 12,
    'ai.cost_30d': 4,
    'jobs.total': 4,
    'jobs.failed': 1,
    'users.dau': 0,
    'users.mau': -2.5,
  }
  it.each([
    ['ai.cost / jobs.total', 3],
    ['ai.cost - ai.cost_30d - 1', 7],
    ['ai.cost - (ai.cost_30d - 1)', 9],
    ['ai.cost + ai.cost_30d * 2', 20],
    ['(ai.cost + 4) * 2', 32],
    ['ai.cost / jobs.total / 2', 1.5],
    ['-jobs.total * 2 + 1', -7],
    ['2 - -jobs.total', 6],
    ['100 × jobs.failed ÷ jobs.total − 5', 20],
    ['.5 * jobs.total + 1.5e1', 17],
    ['min(jobs.total, 3, jobs.failed)', 1],
    ['max(jobs.failed, 3)', 3],
    ['abs(users.mau)', 2.5],
    ['round(users.mau)', -3],
    ['round(ai.cost / 7, 2)', 1.71],
    ['round(jobs.failed * 1.005, 2)', 1.01],
    ['ai.cost / users.dau', null],
    ['1 + ai.cost / users.dau', null],
    ['coalesce(ai.cost / users.dau, 0)', 0],
    ['coalesce(ai.cost, 5)', 12],
    ['coalesce(users.new, 7) + jobs.failed', 8],
    ['max(users.new, jobs.failed)', null],
    ['users.new * 0', null],
    ['coalesce(users.new, 7)', null],
    ['custom.per_job', 3],
    ['custom.twice + custom.per_job', 9],
  ])('%s of cost 12 and 4, 4 jobs, 1 failed, 0 active is %s', (text, value) => {
    expect(compiled(text).value(known)).toBe(value)
  })

  it('is written out to the built-in metrics it is made of, and remembers those that it names', () => {
    const { of, uses } = compiled('(custom.twice - custom.per_job) / users.dau')
    expect(of).toEqual(['ai.cost', 'jobs.total', 'users.dau'])
    expect(uses).toEqual(['custom.twice', 'custom.per_job', 'users.dau'])
  })

  it.each([
    ['ai.cost / jobs.succeeded', '“AI cost” ÷ “Jobs succeeded”'],
    ['ai.cost - (ai.cost - 1)', '“AI cost” − (“AI cost” − 1)'],
    ['(ai.cost * 2) / jobs.total', '“AI cost” × 2 ÷ “Jobs”'],
    ['-(ai.cost + 1)', '−(“AI cost” + 1)'],
    ['max(ai.cost, 1000)', 'the largest of (“AI cost”, 1,000)'],
    ['coalesce(custom.twice, 0)', '(“The twice”, where it is unknown 0)'],
  ])('%s is said as %s', (text, sentence) => {
    expect(compiled(text).sentence).toBe(sentence)
  })
})

describe('a mistake is named, with its place:', () => {
  it.each([
    ['', 0, 0, 'empty'],
    ['ai.cost /', 8, 9, 'has to follow'],
    ['ai.cost jobs.total', 8, 18, 'Between two values'],
    ['(ai.cost', 0, 1, 'not closed'],
    ['ai.cost)', 7, 8, 'closes none'],
    ['ai.cost ^ 2', 8, 9, 'no power'],
    ['ai.cost % 2', 8, 9, 'divide by 100'],
    ['ai.cost; 2', 7, 8, 'one line'],
    ['ai.cost & 2', 8, 9, '“&”'],
    ['2x * ai.cost', 0, 2, 'not a number'],
    ['ai. + 1', 0, 3, 'after a dot'],
    ['mean(ai.cost)', 0, 4, 'There is no function “mean”; there are min, max'],
    ['max(ai.cost)', 0, 12, '1 value given'],
    ['max', 0, 3, 'its values are missing'],
    ['round(ai.cost, users.dau)', 15, 24, 'whole number'],
    ['2 * 3', 0, 5, 'plain number'],
    ['ai.cost + ai.costs * 2', 10, 18, 'Did you mean ai.cost'],
    ['constructor.name + 1', 0, 16, 'There is no metric “constructor.name”'],
    ['custom.gone', 0, 11, 'custom.gone is archived'],
    ['custom.per_jobs', 0, 15, 'Did you mean custom.per_job'],
    ['1 + custom.of_old', 4, 17, 'custom.of_old is broken: there is no metric users.no_longer'],
    [`${'('.repeat(30)}ai.cost${')'.repeat(30)}`, 20, 21, 'too deeply'],
    [`ai.cost${' + ai.cost'.repeat(60)}`, 500, 607, '500 characters'],
  ])('%s', (text, at, end, words) => {
    expect(problemOf(text)).toEqual({ at, end, message: expect.stringContaining(words) })
  })

  it('every unknown metric at once', () => {
    const found = compileFormula('ai.costs + job.total', book)
    expect(found.ok ? [] : found.problems.map(({ at }) => at)).toEqual([0, 11])
  })

  it('a circle, by its path', () => {
    const self = 'custom.per_job' as const
    expect(problemOf('custom.per_job + 1', { self }).message).toContain('custom.per_job → custom.per_job')
    expect(problemOf('custom.twice + 1', { self })).toEqual({
      at: 0,
      end: 12,
      message: 'This goes round in a circle: custom.per_job → custom.twice → custom.per_job.',
    })
  })

  it('formulas over formulas that grow beyond measure', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const rows = names.map((name, i) => {
      const inner = i === 0 ? 'ai.cost' : `custom.${names[i - 1]}`
      return row(name, Array(6).fill(inner).join('+'), 'money')
    })
    const found = compileFormula('custom.f', bookOf(rows))
    expect(found.ok ? '' : found.problems[0]?.message).toContain('too many parts')
  })
})

describe('units', () => {
  it.each<[string, Unit]>([
    ['ai.cost / jobs.succeeded', 'money'],
    ['100 * jobs.failed / jobs.total', 'percent'],
    ['jobs.failed / jobs.total', 'ratio'],
    ['jobs.failed / jobs.total * 100', 'percent'],
    ['revenue.mrr * users.stickiness / 100', 'money'],
    ['api.error_rate / 100', 'ratio'],
    ['api.error_rate * 0.01', 'ratio'],
    ['100 * jobs.failed / jobs.total + api.error_rate', 'percent'],
    ['jobs.duration_avg / 1000', 'ms'],
    ['max(jobs.total, 1)', 'jobs'],
    ['users.dau + 5', 'users'],
    ['revenue.arpu * users.new', 'money'],
    ['finance.cash / finance.burn', 'ratio'],
    ['1 / jobs.total', 'ratio'],
    ['custom.per_job * jobs.total', 'money'],
  ])('of %s: %s', (text, unit) => {
    const formula = compiled(text, { unit })
    expect(likelyUnit(formula.unit)).toBe(unit)
    expect(formula.warnings).toEqual([])
  })

  it.each<[string, string]>([
    ['revenue.mrr + api.error_rate', 'Percent cannot be added to money.'],
    ['revenue.mrr - jobs.total', 'Jobs cannot be taken from money.'],
    ['max(revenue.mrr, users.dau)', 'Money cannot be compared with users.'],
    ['coalesce(revenue.mrr, api.latency_p95)', 'Money cannot be compared with time.'],
    ['jobs.failed / jobs.total + api.error_rate', 'Percent cannot be added to a ratio.'],
    ['ai.cost / jobs.total + ai.cost / users.dau', 'Money per users cannot be added to money per jobs.'],
  ])('that do not go together are refused: %s', (text, message) => {
    expect(problemOf(text).message).toBe(message)
  })

  it.each<[string, Unit, string]>([
    ['ai.cost / jobs.total', 'percent', 'money per jobs, which is not percent; choose money'],
    ['users.dau', 'money', 'choose users'],
    ['users.dau', 'ratio', 'choose users'],
    ['jobs.total / users.dau', 'users', 'choose jobs'],
    ['jobs.failed / jobs.total', 'money', 'a ratio, which is not money'],
    ['jobs.duration_avg', 'bytes', 'time, which is not bytes'],
  ])('that a result cannot have are refused: %s as %s', (text, unit, message) => {
    expect(problemOf(text, { unit })).toMatchObject({ of: 'unit', message: expect.stringContaining(message) })
  })

  it.each<[string, Unit, string]>([
    ['jobs.failed / jobs.total', 'percent', 'multiply it by 100'],
    ['100 * jobs.failed / jobs.total', 'ratio', 'choose percent'],
    ['revenue.mrr + revenue.mrr * users.stickiness', 'money', 'a hundred times too large'],
    ['revenue.mrr * users.stickiness', 'money', 'divide it by 100'],
    ['jobs.failed + ai.errors', 'events', 'different things: jobs and calls'],
  ])('that look odd are taken with a warning: %s as %s', (text, unit, message) => {
    expect(
      compiled(text, { unit })
        .warnings.map((one) => one.message)
        .join(),
    ).toContain(message)
  })
})
