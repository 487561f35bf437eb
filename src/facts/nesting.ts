/** Deeper than any client means to; JSON.stringify itself fails at a few thousand levels. */
export const MAX_NESTING = 100

/** Whether objects and lists lie in each other more than `levels` deep; looks no deeper than that. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const key in value) if (isNestedDeeper((value as Record<string, unknown>)[key], levels - 1)) return true
  return false
}

/** A row as JSON text; what is nested too deeply for that is replaced by saying so. */
export function safeJson(row: Record<string, unknown>): string {
  try {
    return JSON.stringify(row)
  } catch {
    const shallow = Object.entries(row).map(([key, value]) => [
      key,
      isNestedDeeper(value, MAX_NESTING) ? '(nested too deeply to be kept)' : value,
    ])
    return JSON.stringify(Object.fromEntries(shallow))
  }
}
