import type { AuditLine } from './read.ts'

const LONGEST = 240

/** The detail of a line as one reads it: "role operator → owner, tenants acme". */
export function detailText(detail: AuditLine['detail']): string {
  if (!detail) return ''
  const { before, after, ...rest } = detail
  const change = [before, after].map(valueText)
  // Both of them nothing: what was done is told by the rest.
  const changed = change.every((text) => text === 'none') ? [] : [change.join(' → ')]
  const others = Object.entries(rest).map(([name, value]) => `${name.replaceAll('_', ' ')} ${valueText(value)}`)
  const text = [...changed, ...others].join(' · ')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(valueText).join(', ') || 'none'
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([name, one]) => `${name} ${valueText(one)}`)
    .join(', ')
}

const WHO: Record<string, string> = {
  cli: 'Command line',
  system: 'Quarterdeck',
  anonymous: 'Somebody unknown',
  'setup-link': 'Set-up link',
  demo: 'Demo',
}

/** Who did it, as one calls them. */
export const actorText = ({ actor, by }: Pick<AuditLine, 'actor' | 'by'>): string => by ?? WHO[actor] ?? actor
