export const SETTINGS_PATH = '/dashboard/settings'

/** Where the thresholds of a metric are edited. */
export const thresholdsPath = (key: string): string => `/dashboard/metrics/${encodeURIComponent(key)}/thresholds`
