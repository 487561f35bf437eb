let changes = 0

/** Part of the cache key of annotations: who has just written one sees it at once. */
export const version = (): number => changes

export function noteChange(): void {
  changes++
}
