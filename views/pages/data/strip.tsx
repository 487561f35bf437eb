import { shownOf } from '../../../src/lib/settle.ts'
import { staleMark } from '../../../src/live-marks.ts'
import { type LiveItem, LiveStrip } from '../../parts/index.ts'
import type { DataProps } from '../data.tsx'

/** Whether data arrives at all, in one row. */
export const DataStrip = ({ data, context: { deps } }: DataProps) => {
  const rows = shownOf(data.board) ?? []
  const backlog = shownOf(data.backlog)
  const used = rows.filter(({ state }) => state !== 'off')
  const bad = used.filter(({ state }) => state === 'down' || state === 'degraded')
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0)
  // Lines of a log that are no JSON are counted and not kept: they were never facts.
  const garbage = sum(({ group, rejected24h }) => (group === 'live' ? rejected24h : 0))
  const refused = sum(({ rejected24h }) => rejected24h) - garbage
  const stale = staleMark(data.board, deps)
  const items: LiveItem[] = [
    {
      id: 'minute',
      label: 'Facts in the last minute',
      value: count(sum(({ perMinute }) => perMinute.at(-2) ?? 0)),
      note: `${count(sum(({ perMinute }) => perMinute.reduce((total, n) => total + n, 0)))} in the last hour`,
      ...stale,
    },
    { id: 'day', label: 'Facts today', value: count(sum(({ today }) => today)), note: 'through all doors', ...stale },
    {
      id: 'refused',
      label: 'Refused, 24 h',
      value: count(refused),
      note: [
        refused > 0 ? 'kept below, with their reason' : 'every fact was valid',
        ...(garbage > 0 ? [`${count(garbage)} log lines unreadable`] : []),
      ].join('; '),
      ...stale,
    },
    {
      id: 'sources',
      label: 'Doors and sources in order',
      value: String(used.length - bad.length),
      unit: `of ${used.length}`,
      note: bad.length > 0 ? bad.map(({ label }) => label).join(', ') : 'none is away',
      ...(bad.length > 0 ? { mark: { tone: 'warn' as const, text: 'degraded' } } : {}),
      ...stale,
    },
    {
      id: 'backlog',
      label: 'Waiting to be counted',
      value: backlog ? count(backlog.facts) : null,
      note: backlog?.facts
        ? `newest of it ${Math.max(0, Math.round(backlog.oldestSeconds ?? 0))} s old`
        : 'counted every 5 s',
      ...staleMark(data.backlog, deps),
    },
  ]
  return <LiveStrip title="Arriving" items={items} state={data.board.state === 'filled' ? 'live' : 'stale'} />
}

const count = (value: number): string => value.toLocaleString('en-US')
