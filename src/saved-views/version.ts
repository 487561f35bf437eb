let changes = 0

/** Part of the cache key of the menu: who has just saved a view sees it at once. */
export const version = (): number => changes

export function noteChange(): void {
  changes++
}
