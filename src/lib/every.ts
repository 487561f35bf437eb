/**
 * Runs a task again and again, `ms` after it has ended, until stopped; what it throws is the task's own affair. `stop`
 * waits for a run that is under way.
 */
export function every(ms: number, task: () => Promise<unknown>): () => Promise<void> {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()
  const plan = () => {
    if (stopped) return
    timer = setTimeout(() => {
      running = task()
        .catch(() => undefined)
        .finally(plan)
    }, ms)
    timer.unref()
  }
  plan()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}

/** The promise, or an error when it takes longer. */
export async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
