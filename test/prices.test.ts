import { describe, expect, test } from 'vitest'
import { costOf } from '../src/facts/cost.ts'
import { createPriceBook, type DatedPrice, priceFinder } from '../src/prices/book.ts'
import { seedPrices } from '../src/prices/seed.ts'
import { testDb } from './helpers/db.ts'

const row = (provider: string, model: string, since: string, input: number, output: number, more = {}): DatedPrice => ({
  provider,
  model,
  since: new Date(since),
  inputPerMtok: input,
  outputPerMtok: output,
  cachedInputPerMtok: null,
  perHour: null,
  ...more,
})

describe('looking up a price', () => {
  const find = priceFinder([
    row('openai', 'gpt-4o', '2024-05-13', 5, 15),
    row('openai', 'gpt-4o', '2024-10-02', 2.5, 10),
    row('anthropic', 'claude-sonnet-4-5', '2025-09-29', 3, 15),
    row('', 'llama-3', '2024-01-01', 1, 2),
    row('groq', 'llama-3', '2024-01-01', 0.5, 0.8),
    row('a', 'shared', '2024-01-01', 1, 1),
    row('b', 'shared', '2024-01-01', 2, 2),
  ])
  const at = (provider: string, model: string, day = '2026-01-01') => find(provider, model, new Date(day))?.inputPerMtok

  test('a call costs what its model cost on its day', () => {
    expect(at('openai', 'gpt-4o', '2024-10-01T23:59:59Z')).toBe(5)
    expect(at('openai', 'gpt-4o', '2024-10-02T00:00:00Z')).toBe(2.5)
    expect(at('openai', 'gpt-4o', '2024-05-12')).toBeUndefined()
  })

  test('a version suffix is left off when the version has no price of its own', () => {
    expect(at('anthropic', 'claude-sonnet-4-5-2025-09-29')).toBe(3)
    expect(at('anthropic', 'claude-sonnet-4-5-20250929')).toBe(3)
    expect(at('OpenAI', 'GPT-4o-2024-08-06')).toBe(2.5)
  })

  test('a model priced for any provider is a fallback, its own provider comes first', () => {
    expect(at('groq', 'llama-3')).toBe(0.5)
    expect(at('elsewhere', 'llama-3')).toBe(1)
  })

  test('a caller without a provider gets a price only where it cannot be mistaken', () => {
    expect(at('', 'gpt-4o')).toBe(2.5)
    expect(at('', 'shared')).toBeUndefined()
  })

  test('another provider, an unknown model and no model have no price', () => {
    expect(at('azure', 'gpt-4o')).toBeUndefined()
    expect(at('openai', 'unknown')).toBeUndefined()
    expect(at('openai', '')).toBeUndefined()
  })
})

describe('what a call costs', () => {
  const sonnet = row('', '', '2024-01-01', 3, 15, { cachedInputPerMtok: 0.3 })

  test('tokens times the price per million', () => {
    // 1,200 x 3 + 350 x 15 = 8,850 per million
    expect(costOf({ tokens_in: 1200, tokens_out: 350 }, sonnet)).toEqual({
      amount: 0.00885,
      source: 'price',
      estimate: false,
    })
  })

  test('cached tokens cost the cached price', () => {
    // 200 x 3 + 1,000 x 0.3 + 350 x 15 = 6,150 per million
    expect(costOf({ tokens_in: 1200, tokens_cached: 1000, tokens_out: 350 }, sonnet).amount).toBe(0.00615)
  })

  test('what the caller sent goes before the price', () => {
    expect(costOf({ tokens_in: 1, cost: 0.5 }, sonnet)).toEqual({ amount: 0.5, source: 'sent', estimate: false })
  })

  test('instance hours times the hourly price are an estimate', () => {
    const machine = row('', '', '2024-01-01', 0, 0, { inputPerMtok: null, outputPerMtok: null, perHour: 1.006 })
    expect(costOf({ instance_hours: 2.5 }, machine)).toEqual({ amount: 2.515, source: 'hours', estimate: true })
  })

  test('an unknown model costs unknown, not zero', () => {
    expect(costOf({ tokens_in: 1200, tokens_out: 350 }, undefined).amount).toBeNull()
  })
})

test('the list prices are put in once, and a price that somebody edited is left alone', async () => {
  const db = await testDb()
  await seedPrices(db.sql)
  const [{ n } = { n: 0 }] = await db.sql`select count(*)::int as n from model_prices`
  await db.sql`update model_prices set input_per_mtok = 7 where model = 'gpt-5'`
  await seedPrices(db.sql)
  const [after] =
    await db.sql`select count(*)::int as n, max(input_per_mtok) filter (where model = 'gpt-5')::float8 as p from model_prices`
  expect(after).toEqual({ n, p: 7 })
  expect(n).toBeGreaterThan(50)
  await db.close()
})

test('the price book reads the table when told, and answers from it', async () => {
  const db = await testDb()
  await seedPrices(db.sql)
  const book = createPriceBook(db.sql, 'USD')
  await book.load()
  const now = new Date('2026-06-01')
  expect(book.price('openai', 'gpt-5-2025-08-07', now)).toMatchObject({
    inputPerMtok: 1.25,
    outputPerMtok: 10,
    cachedInputPerMtok: 0.125,
  })
  await db.sql`insert into model_prices (provider, model, since, input_per_mtok, output_per_mtok) values ('openai', 'gpt-5', '2026-05-01Z', 1, 8)`
  expect(book.price('openai', 'gpt-5', now)?.inputPerMtok).toBe(1.25)
  await book.load()
  expect(book.price('openai', 'gpt-5', now)?.inputPerMtok).toBe(1)
  await db.close()
})

test('a price in another currency than costs are reported in is unknown, and hides the older one it replaced', async () => {
  const db = await testDb()
  await db.sql`
    insert into model_prices (provider, model, since, input_per_mtok, output_per_mtok, currency) values
      ('acme', 'm1', '2026-01-01Z', 1, 2, 'USD'), ('acme', 'm1', '2026-03-01Z', 3, 4, 'EUR'),
      ('acme', 'm1-2026-02-02', '2026-01-01Z', 5, 6, 'EUR')`
  const dollars = createPriceBook(db.sql, 'USD')
  const euros = createPriceBook(db.sql, 'EUR')
  await Promise.all([dollars.load(), euros.load()])
  const [before, after] = [new Date('2026-02-01'), new Date('2026-04-01')]
  expect(dollars.price('acme', 'm1', before)?.inputPerMtok).toBe(1)
  expect(dollars.price('acme', 'm1', after)).toBeUndefined()
  expect(dollars.price('acme', 'm1-2026-02-02', before)).toBeUndefined()
  expect(euros.price('acme', 'm1', before)).toBeUndefined()
  expect(euros.price('acme', 'm1', after)?.inputPerMtok).toBe(3)
  await db.close()
})
