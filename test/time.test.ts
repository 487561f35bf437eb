import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, dayOf, daysBetween, eachDay, startOfDay, today } from '../src/lib/time.ts'

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Apia',
  'America/Havana',
  'America/Sao_Paulo',
  'Africa/Cairo',
]

const hoursOf = (day: string, zone: string) =>
  (startOfDay(addDays(day, 1), zone).getTime() - startOfDay(day, zone).getTime()) / 3_600_000

describe('days', () => {
  it('are counted without regard to clocks', () => {
    expect(addDays('2024-02-28', 2)).toBe('2024-03-01')
    expect(addDays('2024-01-01', -1)).toBe('2023-12-31')
    expect(daysBetween('2024-03-30', '2024-04-01')).toBe(2)
    expect(eachDay('2024-12-30', '2025-01-01')).toEqual(['2024-12-30', '2024-12-31', '2025-01-01'])
    expect(eachDay('2025-01-02', '2025-01-01')).toEqual([])
  })

  it('are those of the zone', () => {
    const at = new Date('2024-06-30T22:30:00Z')
    expect(today(at, 'UTC')).toBe('2024-06-30')
    expect(today(at, 'Europe/Berlin')).toBe('2024-07-01')
    expect(dayOf(at, 'Asia/Kolkata')).toBe('2024-07-01')
    expect(dayOf(at, 'America/New_York')).toBe('2024-06-30')
  })

  it('have 23 or 25 hours when the clocks change, and half an hour more or less on Lord Howe', () => {
    expect(hoursOf('2024-03-31', 'Europe/Berlin')).toBe(23)
    expect(hoursOf('2024-10-27', 'Europe/Berlin')).toBe(25)
    expect(hoursOf('2024-03-10', 'America/New_York')).toBe(23)
    expect(hoursOf('2024-11-03', 'America/New_York')).toBe(25)
    expect(hoursOf('2024-04-07', 'Australia/Lord_Howe')).toBe(24.5)
    expect(hoursOf('2024-10-06', 'Australia/Lord_Howe')).toBe(23.5)
  })

  it('begin at midnight in zones of half and quarter hours', () => {
    expect(startOfDay('2024-05-01', 'Asia/Kolkata').toISOString()).toBe('2024-04-30T18:30:00.000Z')
    expect(startOfDay('2024-05-01', 'Asia/Kathmandu').toISOString()).toBe('2024-04-30T18:15:00.000Z')
    expect(startOfDay('2024-07-01', 'America/St_Johns').toISOString()).toBe('2024-07-01T02:30:00.000Z')
  })

  it('begin with the first instant there is, where midnight is skipped or comes twice', () => {
    // Sao Paulo went from 00:00 to 01:00, Havana goes back from 01:00 to 00:00.
    expect(startOfDay('2018-11-04', 'America/Sao_Paulo').toISOString()).toBe('2018-11-04T03:00:00.000Z')
    expect(startOfDay('2024-11-03', 'America/Havana').toISOString()).toBe('2024-11-03T04:00:00.000Z')
    expect(hoursOf('2024-11-03', 'America/Havana')).toBe(25)
  })

  it('begin with an instant of theirs, just after one of the day before', () => {
    const days = fc.integer({ min: 0, max: 365 * 30 }).map((n) => addDays('2012-01-01', n))
    fc.assert(
      fc.property(days, fc.constantFrom(...ZONES), (day, zone) => {
        const start = startOfDay(day, zone)
        expect(dayOf(start, zone)).toBe(day)
        expect(dayOf(new Date(start.getTime() - 1), zone)).toBe(addDays(day, -1))
      }),
      { numRuns: 2000 },
    )
  })
})
