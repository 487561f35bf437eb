import { raw } from 'hono/html'
import { iconPaths } from './icon-paths.ts'

export type IconName = keyof typeof iconPaths

/** An inline icon. It is decoration: whatever carries it has its own words. */
export const Icon = ({ name, size = 16, tone }: { name: IconName; size?: 14 | 16 | 18 | 20 | 24; tone?: string }) => (
  <svg class={`q-i q-i${size}${tone ? ` q-ink-${tone}` : ''}`} viewBox="0 0 24 24" aria-hidden="true">
    {raw(iconPaths[name])}
  </svg>
)

/** The mark: a signal on a blue square. */
export const Logo = ({ size = 26 }: { size?: number }) => (
  <svg class="q-logo" width={size} height={size} viewBox="0 0 26 26" aria-hidden="true">
    <rect class="q-logo-ground" width="26" height="26" rx="6" />
    <path class="q-logo-arc" d="M6.5 19.5a13 13 0 0 1 13-13M6.5 19.5a7.5 7.5 0 0 1 11.6-6.3M13.4 19.4a4 4 0 0 1 4-4" />
    <circle class="q-logo-dot" cx="19.1" cy="19.2" r="1.7" />
  </svg>
)
