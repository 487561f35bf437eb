const FAILURES = 5
const OPEN_MS = 30_000
/** Whoever was let through to try may have died on the way. */
const TRIAL_MS = 60_000

/**
 * After five failures in a row nobody is asked for half a minute, then one request finds out. Otherwise each click would
 * wait for an app that is known to be away, and an app that is coming back would be met by all who waited.
 */
export class Breaker {
  #failures = 0
  #openUntilMs = 0
  #trialUntilMs = 0

  /** ms until it may be asked again; 0 = now, and then the one who asked has to tell how it went. */
  waitMs(nowMs: number): number {
    if (this.#failures < FAILURES) return 0
    const untilMs = Math.max(this.#openUntilMs, this.#trialUntilMs)
    if (nowMs < untilMs) return untilMs - nowMs
    this.#trialUntilMs = nowMs + TRIAL_MS
    return 0
  }

  answered(): void {
    this.#failures = 0
    this.#trialUntilMs = 0
  }

  failed(nowMs: number): void {
    this.#failures++
    this.#trialUntilMs = 0
    this.#openUntilMs = nowMs + OPEN_MS
  }
}
