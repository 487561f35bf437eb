import type { AuditLine } from './read.ts'

const LONGEST = 240

/** The detail of a line as one reads it: "role operator → owner, tenants acme". */
export function detailText(detail: AuditLine['detail']): string {
  if (!detail) return ''
  const { before, after, ...rest } = detail
  const change = [before, after].map((value) => valueText(value) || 'none')
  // Both of them nothing: what was done is told by the rest.
  const changed = change.every((text) => text === 'none') ? [] : [change.join(' → ')]
  const text = [...changed, ...named(rest, (name) => name.replaceAll('_', ' '))].join(' · ')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(valueText).join(', ') || 'none'
  if (typeof value !== 'object') return String(value)
  return named(value).join(', ')
}

/** Each by its name; what holds nothing at all, as the fields of an action without any, is left out. */
const named = (values: object, called = (name: string) => name): string[] =>
  Object.entries(values).flatMap(([name, value]) => {
    const text = valueText(value)
    return text === '' ? [] : [`${called(name)} ${text}`]
  })

const WHO: Record<string, string> = {
  cli: 'Command line',
  system: 'Quarterdeck',
  anonymous: 'Somebody unknown',
  'setup-link': 'Set-up link',
  demo: 'Demo',
}

/** Who did it, as one calls them. */
export const actorText = ({ actor, by }: Pick<AuditLine, 'actor' | 'by'>): string => by ?? WHO[actor] ?? actor
