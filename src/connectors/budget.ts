/** How long somebody waits for a reading of Redis. */
export const REDIS_BUDGET_MS = 500
/** How long one pipeline may take: less, so that who waits learns that Redis hangs, and not just that it takes long. */
export const PIPELINE_BUDGET_MS = 400

export class OverBudget extends Error {
  override name = 'OverBudget'
}

/** The work's result. The work goes on when its time is over; nobody has to catch it. @throws OverBudget */
export async function withinBudget<T>(budgetMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<never>((_, reject) => {
    // When this process itself was busy, timers come due before the answers that wait in its sockets are read.
    timer = setTimeout(() => setImmediate(() => setImmediate(() => reject(new OverBudget()))), budgetMs)
  })
  work.catch(() => {})
  try {
    return await Promise.race([work, alarm])
  } finally {
    clearTimeout(timer)
  }
}
