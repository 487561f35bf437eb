import { setFlagsFromString } from 'node:v8'

/**
 * By how much the heap may grow beyond what is alive before it is collected; V8's own rule is up to four times that.
 * Under load a server is then 190 MB large instead of 250.
 */
const GROWING_PERCENT = 50
/**
 * The same while something long runs that leaves garbage behind: a million rows as CSV let the heap grow by 110 MB under
 * V8's own rule, of which nothing was alive; so by 25 MB, at 1 % more time.
 */
const HELD_PERCENT = 40

let running = 0
let users = 0

/** For a server: memory that its database has better use for is not kept. */
export function keepHeapSmall(): void {
  running = GROWING_PERCENT
  if (users === 0) grow(running)
}

/** Keeps the heap smaller still until the answer is called. */
export function holdHeap(): () => void {
  if (users++ === 0) grow(HELD_PERCENT)
  let held = true
  return () => {
    if (!held) return
    held = false
    if (--users === 0) grow(running)
  }
}

/** 0 is V8's own rule. It is read anew after each collection, so that it can be changed while the process runs. */
const grow = (percent: number): void => setFlagsFromString(`--heap-growing-percent=${percent}`)
