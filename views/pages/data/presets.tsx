import { cardState } from '../../../src/card-state.ts'
import type { SyncStatus } from '../../../src/connectors/sync-status.ts'
import { ageText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { Badge, Card, DataTable, Share } from '../../parts/index.ts'
import type { DataProps } from '../data.tsx'

/** How far each file of the presets in use has been read. */
export const PresetsCard = ({ data, context: { deps } }: DataProps) => {
  const files = shownOf(data.presets) ?? []
  return (
    <Card
      id="presets"
      title="Sync"
      sub={files.length > 0 ? [...new Set(files.map(({ preset }) => preset))].join(', ') : undefined}
      flush={files.length > 0}
      state={cardState(data.presets, deps.now(), (value) => (value.length === 0 ? NO_PRESET : undefined))}
    >
      <DataTable
        id="presets"
        caption="Sync of the presets"
        columns={[
          { key: 'file', label: 'File', code: true },
          { key: 'kind', label: 'Facts', muted: true, wide: true },
          { key: 'state', label: 'State' },
          { key: 'progress', label: 'First reading' },
          { key: 'rows', label: 'Stored', number: true, strong: true },
          { key: 'refused', label: 'Refused', number: true },
          { key: 'watermark', label: 'Read up to', code: true, muted: true, wide: true },
          { key: 'run', label: 'Last run', number: true, muted: true },
        ]}
        rows={files.map((file) => rowOf(file, deps.now()))}
      />
    </Card>
  )
}

const NO_PRESET = {
  kind: 'empty' as const,
  title: 'No database is read',
  text: 'A preset is a folder of SELECTs that read your own Postgres, or of addresses of your API.',
  code: 'SOURCE_DATABASE_URL=postgres://readonly:…@db.example.com/product\nPRESET=hivesync',
  link: { label: 'How to connect', href: '/dashboard/data/connect#sql' },
}

function rowOf(file: SyncStatus, now: Date) {
  const { preset, kind, rows, rejected, watermark, lastRunAt, progress } = file
  return {
    cells: {
      file: `${preset}/${file.file}`,
      kind: kind?.replaceAll('_', ' ') ?? '—',
      state: <State file={file} />,
      progress: progress ? <Progress {...progress} name={file.file} /> : 'done',
      rows: rows.toLocaleString('en-US'),
      refused: rejected > 0 ? <Badge tone="warn" text={rejected.toLocaleString('en-US')} /> : '0',
      watermark: watermark ?? '—',
      run: lastRunAt ? `${ageText(lastRunAt, now)} ago` : '—',
    },
  }
}

const State = ({ file: { state, reason } }: { file: SyncStatus }) => {
  if (state === 'ok') return 'in order'
  if (state === 'error') return <Badge tone="crit" text={reason ?? 'error'} />
  return reason ? `${state}: ${reason}` : state
}

/** "54 of about 91". The total is the source's own estimate. */
const Progress = ({ done, total, name }: { done: number; total: number; name: string }) => (
  <Share
    share={total > 0 ? done / total : 0}
    text={`${done.toLocaleString('en-US')} of about ${total.toLocaleString('en-US')}`}
    name={`First reading of ${name}`}
  />
)
