import { formatValue } from '../metrics/format.ts'
import { awayWords, backWords } from '../sources/names.ts'
import type { Words } from './describe.ts'
import type { Activity } from './feed.ts'

/** "Redis is away", "Redis is back after 3 m 12 s". */
export function sourceWords({ verb, subject, note, amount }: Activity): Words {
  const source = subject ?? ''
  if (verb === 'degraded') return { title: awayWords(source), detail: note, icon: 'plug-connected-x', tone: 'warn' }
  const after = amount === null ? '' : ` after ${formatValue(amount, 'ms', 'table')}`
  return { title: `${backWords(source)}${after}`, icon: 'circle-check' }
}

const INCIDENTS: Record<string, string> = { ai: 'AI errors', preview: 'Preview failures' }

/** What alike log lines tell, with how many there are of them. */
export function incidentWords({ verb, subject, note: detail }: Activity): Words {
  const title = INCIDENTS[subject ?? ''] ?? (verb === 'warn' ? 'Warnings in a log' : 'Errors in a log')
  if (verb === 'warn') return { title, detail, icon: 'alert-triangle', tone: 'warn' }
  return { title, detail, icon: 'alert-octagon', tone: 'crit' }
}
