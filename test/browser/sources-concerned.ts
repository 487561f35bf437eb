import { catalogue } from '../../src/metrics/catalogue.ts'

/** The pages that are open. */
export const OPEN = [
  '/dashboard/live',
  '/dashboard',
  '/dashboard/data',
  '/dashboard/metrics?domain=all',
  '/dashboard/activity',
  '/dashboard/system',
] as const
export type Open = (typeof OPEN)[number]
export type Source = 'redis' | 'logs' | 'source-database'

/** What is marked on a page, by id. */
export interface Marks {
  cards: string[]
  cells: string[]
  rows: string[]
}

const NOTHING: Marks = { cards: [], cells: [], rows: [] }

const keysOf = (test: (key: string) => boolean) =>
  Object.keys(catalogue)
    .filter(test)
    .map((key) => `metric-${key.replace('.', '-')}`)
const asksRedis = (key: string) => 'ask' in catalogue[key as keyof typeof catalogue]

/** What each source's outage marks, by page: this and nothing else. */
const CONCERNED: Record<Source, Record<Open, Marks>> = {
  redis: {
    '/dashboard/live': {
      cards: ['card-devices', 'card-queues', 'card-workers'],
      cells: ['now-devices', 'now-online'],
      rows: [],
    },
    '/dashboard': { cards: [], cells: ['now-jobs-queued', 'now-jobs-running', 'now-users-online'], rows: [] },
    '/dashboard/data': { cards: [], cells: [], rows: ['source-redis'] },
    '/dashboard/metrics?domain=all': { cards: [], cells: [], rows: keysOf(asksRedis) },
    '/dashboard/activity': NOTHING,
    '/dashboard/system': NOTHING,
  },
  logs: {
    '/dashboard/live': { cards: ['card-incidents'], cells: [], rows: [] },
    '/dashboard': NOTHING,
    '/dashboard/data': { cards: [], cells: [], rows: ['source-logs'] },
    '/dashboard/metrics?domain=all': NOTHING,
    '/dashboard/activity': NOTHING,
    '/dashboard/system': NOTHING,
  },
  'source-database': {
    '/dashboard/live': NOTHING,
    '/dashboard': NOTHING,
    '/dashboard/data': {
      cards: ['card-presets'],
      cells: [],
      rows: [
        'source-source-database',
        ...['ai-usage-events', 'preview-jobs', 'projects', 'session-ends', 'sessions', 'subscriptions', 'users'].map(
          (file) => `source-preset-hivesync-${file}-sql`,
        ),
      ],
    },
    '/dashboard/metrics?domain=all': { cards: [], cells: [], rows: keysOf((key) => key.startsWith('source.')) },
    '/dashboard/activity': NOTHING,
    '/dashboard/system': { cards: ['card-slow-queries', 'card-source'], cells: [], rows: [] },
  },
}

/** The marks of several sources that are away together. */
export function concernedBy(sources: Source[], path: Open): Marks {
  const of = (part: keyof Marks) => sources.flatMap((source) => CONCERNED[source][path][part]).sort()
  return { cards: of('cards'), cells: of('cells'), rows: of('rows') }
}
