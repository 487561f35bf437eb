/** How often something was changed in this process. */
export interface ChangeCounter {
  /** Part of the keys of caches: who has just changed something sees it at once. */
  version: () => number
  noteChange: () => void
}

export function changeCounter(): ChangeCounter {
  let changes = 0
  return {
    version: () => changes,
    noteChange: () => {
      changes++
    },
  }
}
