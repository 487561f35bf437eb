import { describe, expect, it } from 'vitest'
import { parseRates } from '../src/rates/parse.ts'

describe('a table of rates', () => {
  it('is read as lines, the last of a day holds', () => {
    const text = 'currency,day,rate\nEUR, 2026-11-01, 1.10\ngbp;2026-11-01;1.3\n\nEUR\t2026-11-01\t1.2'
    expect(parseRates(text, 'USD', [])).toEqual([
      { currency: 'EUR', day: '2026-11-01', rate: '1.2' },
      { currency: 'GBP', day: '2026-11-01', rate: '1.3' },
    ])
  })

  it('of the central bank is worked out from its euros, of the currencies that are wanted', () => {
    const text = 'Date,USD,JPY,GBP,\n2026-11-02,1.25,200,0.8,\n2026-11-01,1.2,N/A,0.75,'
    expect(parseRates(text, 'USD', ['EUR', 'JPY', 'GBP'])).toEqual([
      { currency: 'EUR', day: '2026-11-02', rate: '1.25' },
      { currency: 'JPY', day: '2026-11-02', rate: '0.00625' },
      { currency: 'GBP', day: '2026-11-02', rate: '1.5625' },
      { currency: 'EUR', day: '2026-11-01', rate: '1.2' },
      { currency: 'GBP', day: '2026-11-01', rate: '1.6' },
    ])
    expect(parseRates(text, 'EUR', ['USD'])[0]).toEqual({ currency: 'USD', day: '2026-11-02', rate: '0.8' })
    expect(() => parseRates('Date,JPY\n2026-11-01,200', 'USD', ['EUR'])).toThrow('no column USD')
    expect(() => parseRates('USD,2026-11-01,1', 'USD', [])).toThrow('reporting currency')
  })
})
