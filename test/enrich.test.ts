import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEnricher } from '../src/enrich/index.ts'
import { Lru } from '../src/lib/lru.ts'
import { parseTimestamp } from '../src/lib/timestamp.ts'

const enrich = createEnricher({})
const CHROME =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'
const PAD =
  'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1'
const TV =
  'Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/5.0 TV Safari/537.36'

describe('where an address is', () => {
  test.each([
    ['8.8.8.8', 'US'],
    ['81.2.69.142', 'GB'],
    ['2a02:8108::1', 'DE'],
    ['::ffff:8.8.8.8', 'US'],
  ])('%s is in %s', (ip, country) => {
    expect(enrich(ip, undefined)).toMatchObject({ country, city: null })
  })

  test.each([
    '10.1.2.3',
    '127.0.0.1',
    '192.168.1.1',
    '172.20.0.1',
    '100.64.0.1',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '0.0.0.0',
    'unknown',
    '',
    '999.1.1.1',
  ])('%s is nowhere', (ip) => expect(enrich(ip, undefined).country).toBeNull())

  test('a file that is no mmdb is named', () => {
    const path = join(tmpdir(), `not-${process.pid}.mmdb`)
    writeFileSync(path, 'no database')
    expect(() => createEnricher({ geoipDb: path })).toThrow(path)
    expect(() => createEnricher({ geoipDb: '/nowhere/geo.mmdb' })).toThrow('/nowhere/geo.mmdb')
  })
})

describe('what a user agent is', () => {
  test.each([
    [CHROME, { browser: 'Chrome', os: 'macOS', device: 'desktop', bot: false }],
    [PHONE, { browser: 'Safari', os: 'iOS', device: 'phone', bot: false }],
    [PAD, { browser: 'Safari', os: 'iOS', device: 'tablet', bot: false }],
    [TV, { device: 'unknown', bot: false }],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', { device: 'bot', bot: true }],
    ['curl/8.5.0', { browser: null, device: 'bot', bot: true }],
    ['', { browser: null, os: null, device: null, bot: false }],
    ['   ', { device: null, bot: false }],
  ])('%s', (userAgent, expected) => {
    expect(enrich(undefined, userAgent)).toMatchObject(expected)
  })

  test('a user agent made to slow the patterns down is cut short', () => {
    const long = `${CHROME} ${'('.repeat(1_000_000)}`
    expect(enrich(undefined, long)).toEqual(enrich(undefined, long.slice(0, 500)))
  })
})

test('the memory of look-ups keeps what is used and forgets the oldest', () => {
  const made: string[] = []
  const lru = new Lru<string>(2)
  const use = (key: string) =>
    lru.of(key, (k) => {
      made.push(k)
      return k
    })
  // Two generations of two: a is used in each and stays, b is not and goes with the older one.
  for (const key of ['a', 'b', 'a', 'c', 'a', 'd', 'a', 'b']) use(key)
  expect(made).toEqual(['a', 'b', 'c', 'd', 'b'])
})

describe('timestamps', () => {
  test.each([
    ['2023-11-16 18:17:03.9799600', '2023-11-16T18:17:03.979Z'],
    ['2026-11-21T05:43:44.123Z', '2026-11-21T05:43:44.123Z'],
    ['2026-11-21T05:43:44+02:00', '2026-11-21T03:43:44.000Z'],
    ['2026-11-21T05:43-0530', '2026-11-21T11:13:00.000Z'],
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['1700000000', '2023-11-14T22:13:20.000Z'],
    [1700000000.001, '2023-11-14T22:13:20.001Z'],
    [1700000000123, '2023-11-14T22:13:20.123Z'],
    ['1700000000123456', '2023-11-14T22:13:20.123Z'],
    ['1700000000123456789', '2023-11-14T22:13:20.123Z'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%s is %s', (value, expected) => {
    expect(parseTimestamp(value)?.toISOString()).toBe(expected)
  })

  test.each([
    '2023-02-29',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-11-21T24:00:00Z',
    '2026-11-21T05:60:00Z',
    '',
    'soon',
    '20231116',
    2023,
    Number.NaN,
    null,
    true,
    {},
    new Date('x'),
    '2026-11-21T05:43:44+25:00',
  ])('%s is none', (value) => expect(parseTimestamp(value)).toBeNull())
})
