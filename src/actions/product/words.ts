import type { Flag, FlagState } from './contract.ts'

/** For whom a flag is on. */
export const STATE_WORDS: Record<FlagState, (flag: Pick<Flag, 'percentage' | 'tenants'>) => string> = {
  on: () => 'on',
  off: () => 'off',
  percentage: ({ percentage }) => (percentage === undefined ? 'for a share' : `for ${percentage}%`),
  tenants: ({ tenants = [] }) => `for ${tenants.length} ${tenants.length === 1 ? 'tenant' : 'tenants'}`,
}

/** "on", "for 25%": what a flag was set to, by the fields of the action as they are stored. */
export function flagSetText(fields: string | null): string {
  const { state, percentage, tenants = '' } = JSON.parse(fields ?? '{}') as Record<string, string | number | undefined>
  const flag = { percentage: Number(percentage), tenants: String(tenants).split(', ') }
  return STATE_WORDS[state as FlagState]?.(flag) ?? 'changed'
}

const WINDOWS: Record<number, string> = { 1: 'a second', 60: 'a minute', 3600: 'an hour', 86400: 'a day' }

/** "a minute", "in 90 s" */
export const windowText = (perSeconds: number): string => WINDOWS[perSeconds] ?? `in ${perSeconds} s`
