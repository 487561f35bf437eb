import { basename } from 'node:path'

/** What a source is called on pages, by its name in the book: 'redis', 'logs:/data/logs/preview.log' … */
export function sourceLabel(source: string): string {
  if (Object.hasOwn(LABELS, source)) return LABELS[source] as string
  const [prefix = '', rest = ''] = splitAt(source, source.indexOf(':'))
  return GROUPS[prefix]?.(rest) ?? source
}

/** "Redis is away": what one says of a source that does not do what it should. */
export function awayWords(source: string): string {
  return `${sourceLabel(source)} ${isPart(source) ? 'fails' : 'is away'}`
}

/** "Redis is back". */
export function backWords(source: string): string {
  return `${sourceLabel(source)} ${isPart(source) ? 'works again' : 'is back'}`
}

const LABELS: Record<string, string> = {
  database: 'The database of Quarterdeck',
  'source-database': 'The product’s database',
  redis: 'Redis',
  mainapp: 'The main app',
  nats: 'NATS',
  logs: 'Log files',
  probe: 'Probes',
  preset: 'Presets',
}

const GROUPS: Record<string, (rest: string) => string> = {
  logs: (path) => `The log ${basename(path)}`,
  preset: (name) => `The preset ${name}`,
  probe: (target) => target,
  ingest: (door) => `The door ${door}`,
}

/** A preset or a door is no place that could be away. */
const isPart = (source: string): boolean => /^(preset|ingest):/.test(source)

const splitAt = (text: string, at: number): [string, string] => [text.slice(0, at), text.slice(at + 1)]
