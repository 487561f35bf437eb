import { basename } from 'node:path'
import { cardState } from '../../../src/card-state.ts'
import { logPaths } from '../../../src/connectors/logs.ts'
import { ageText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { INCIDENT_HOURS } from '../../../src/live/load.ts'
import type { Incident } from '../../../src/sources/incidents.ts'
import { Card, DataTable, Icon, type TableRow, TwoLines } from '../../parts/index.ts'
import type { LiveProps } from '../live.tsx'

const KINDS: Record<string, string> = { ai: 'AI provider', preview: 'Preview', log: 'Log' }

/** What the logs complained of, alike ones together. */
export const IncidentsCard = ({ data, context }: LiveProps) => {
  const { deps } = context
  const incidents = shownOf(data.incidents) ?? []
  const files = logPaths(deps.config).map((path) => basename(path))
  return (
    <Card
      id="incidents"
      title="Incidents"
      sub={files.length > 0 ? files.join(', ') : `last ${INCIDENT_HOURS} h`}
      span={3}
      height="tall"
      flush={incidents.length > 0}
      state={cardState(data.incidents, deps.now(), (value) =>
        value.length === 0 ? nothing(files.length > 0) : undefined,
      )}
    >
      <DataTable
        id="incidents"
        caption="Incidents, newest first"
        rowHeight={44}
        columns={[
          { key: 'what', label: 'What' },
          { key: 'ago', label: 'Ago', number: true, muted: true },
        ]}
        rows={incidents.map((incident) => rowOf(incident, deps.now()))}
      />
    </Card>
  )
}

const rowOf = ({ id, kind, provider, severity, message, n, lastAt }: Incident, now: Date): TableRow => ({
  id: `incident-${id}`,
  cells: {
    what: (
      <span class="q-state-name">
        <Icon
          name={severity === 'error' ? 'alert-octagon' : 'alert-triangle'}
          tone={severity === 'error' ? 'crit' : 'warn'}
        />
        <TwoLines
          title={`${provider || (KINDS[kind] ?? kind)}${n > 1 ? `, ${n.toLocaleString('en-US')} times` : ''}`}
          sub={message}
        />
      </span>
    ),
    ago: <time datetime={lastAt.toISOString()}>{ageText(lastAt, now)}</time>,
  },
})

const nothing = (reads: boolean) =>
  reads
    ? {
        kind: 'empty' as const,
        icon: 'circle-check' as const,
        title: 'No incidents',
        text: `Nothing in the logs of the last ${INCIDENT_HOURS} hours.`,
      }
    : {
        kind: 'empty' as const,
        icon: 'file-text' as const,
        title: 'No log is read',
        text: 'Errors and warnings of JSON-lines logs show here, alike ones together. Name the files:',
        code: 'LOG_FILES=/data/logs/ai-events.log,/data/logs/preview.log',
      }
