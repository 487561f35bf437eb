import { describe, expect, it } from 'vitest'
import type { Verdict } from '../src/alerts/conditions/define.ts'
import { CALM, type Change, step, type Timing } from '../src/alerts/machine.ts'

const MINUTE = 60_000
const timing = (
  more: Partial<Record<'for' | 'recover' | 'quiet', number>> = {},
  nodata: Timing['nodata'] = 'keep',
): Timing => ({
  forMs: (more.for ?? 0) * MINUTE,
  recoverMs: (more.recover ?? 0) * MINUTE,
  quietMs: (more.quiet ?? 0) * MINUTE,
  nodata,
})

const LETTERS: Record<string, Verdict | 'held'> = { x: 'breach', '.': 'ok', '~': 'near', '?': 'unknown', h: 'held' }

/** A check a minute, a letter each: x bad, . well, ~ in between, ? unknown, h held back. */
function run(letters: string, of: Timing, everyMinutes = 1): { minute: number; change: Change }[] {
  let memory = CALM
  return [...letters].flatMap((letter, i) => {
    const minute = i * everyMinutes
    const next = step(of, memory, LETTERS[letter] ?? 'ok', minute * MINUTE)
    memory = next.memory
    return next.changes.map((change) => ({ minute, change }))
  })
}
const at = (letters: string, of: Timing, everyMinutes?: number) =>
  run(letters, of, everyMinutes).map(({ minute, change }) => `${minute} ${change}`)

describe('the state machine of an alert', () => {
  it('fires at once without “for”, and ends with the first good reading', () => {
    expect(at('.xx..', timing())).toEqual(['1 pending', '1 fired', '3 resolved'])
  })

  it('waits as long as “for” says, and passes what did not last', () => {
    expect(at('xxxx.', timing({ for: 3 }))).toEqual(['0 pending', '3 fired', '4 resolved'])
    expect(at('xx.xxx.', timing({ for: 3 }))).toEqual(['0 pending', '2 passed', '3 pending', '6 passed'])
  })

  it('ends only when it has been well for as long as “recover” says', () => {
    expect(at('x.x....', timing({ recover: 3 }))).toEqual(['0 pending', '0 fired', '6 resolved'])
  })

  it('does not end between the limit of its end and its limit, and does not begin there', () => {
    expect(at('~x~~.', timing())).toEqual(['1 pending', '1 fired', '4 resolved'])
    expect(at('x.~...', timing({ recover: 2 }))).toEqual(['0 pending', '0 fired', '5 resolved'])
  })

  it('stays pending in the quiet time after an alert, and fires when that is over', () => {
    expect(at('x.xxxxxxx', timing({ quiet: 5 }))).toEqual([
      '0 pending',
      '0 fired',
      '1 resolved',
      '2 pending',
      '6 fired',
    ])
  })

  it('tells a flapping metric once, not at each turn', () => {
    const flapping = at('x.x.x.x.x.x.', timing({ quiet: 60 }))
    expect(flapping.filter((line) => line.endsWith('fired'))).toEqual(['0 fired'])
    expect(flapping.filter((line) => line.endsWith('resolved'))).toEqual(['1 resolved'])
  })

  it('keeps its state while nothing is known, and says so once', () => {
    expect(at('x???x.', timing())).toEqual(['0 pending', '0 fired', '1 nodata', '4 data', '5 resolved'])
    expect(at('x?xx', timing({ for: 3 }))).toEqual(['0 pending', '3 fired'])
  })

  it('takes no data for bad or for well where the rule says so', () => {
    expect(at('.??', timing({ for: 1 }, 'alert'))).toEqual(['1 pending', '2 fired'])
    expect(at('x?', timing({}, 'resolve'))).toEqual(['0 pending', '0 fired', '1 nodata', '1 resolved'])
  })

  it('begins nothing and ends nothing while its source is away', () => {
    expect(at('hhh', timing({}, 'alert'))).toEqual([])
    expect(at('xh.', timing({ for: 5 }))).toEqual(['0 pending', '1 passed'])
    expect(at('xhhh.', timing())).toEqual(['0 pending', '0 fired', '4 resolved'])
  })

  it('counts “for” anew where nobody looked for a while', () => {
    // Checks ten minutes apart: of the time between nobody knows whether it lasted.
    expect(at('xxx', timing({ for: 15 }), 10)).toEqual(['0 pending'])
    expect(at('xxxx', timing({ for: 15 }), 5)).toEqual(['0 pending', '15 fired'])
  })
})
