import { quietly, randomId } from './page.ts'

const STORE = 'quarterdeck'
const SILENCE_MS = 1_800_000

/** All that is kept in the browser, and only until the tab is closed: nothing of it tells who the visitor is. */
interface Kept {
  /** Random. */
  id: string
  /** When something happened last. */
  at: number
  /** Where the visitor was last, for the way from page to page. */
  path?: string
  /** Whether something was sent with a user (1) or without (0). */
  known?: 0 | 1
}

let kept: Kept | undefined

/** The running session; after half an hour of silence a new one. */
export function session(): Kept {
  const at = Date.now()
  if (!kept) quietly(() => (kept = JSON.parse(sessionStorage.getItem(STORE)!)))
  if (!kept || !(at - kept.at < SILENCE_MS)) kept = { id: randomId(), at }
  kept.at = at
  return kept
}

export function saveSession(): void {
  quietly(() => sessionStorage.setItem(STORE, JSON.stringify(kept)))
}

/** Begins anew: two people who use one tab one after the other are not one. */
export function endSession(): void {
  kept = { id: randomId(), at: Date.now() }
}

/** A page that comes back from the browser's memory: others went on with the session meanwhile. */
export function forgetSession(): void {
  kept = undefined
}
