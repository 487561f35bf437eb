let changes = 0

/** Part of the keys of caches: who has just changed a segment sees it at once. */
export const version = (): number => changes

export function noteChange(): void {
  changes++
}
