const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of a time as people write it in settings: 30s, 5m, 1h, 2d. Undefined for anything else. */
export function durationSeconds(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})\s?([smhd])$/.exec(text.trim()) ?? []
  return unit === undefined ? undefined : Number(number) * SECONDS[unit]!
}
