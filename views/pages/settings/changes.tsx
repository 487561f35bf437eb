import { momentText } from '../../../src/lib/dates.ts'
import { today } from '../../../src/lib/time.ts'
import { metricHref } from '../../../src/page.ts'
import { Card, DataTable } from '../../parts/index.ts'
import type { SettingsProps } from '../settings.tsx'

/** Who changed what, out of the audit log. */
export const ChangesCard = ({ data, context: { deps, filters } }: SettingsProps) => {
  const { timeZone } = deps.config
  const day = today(deps.now(), timeZone)
  return (
    <Card id="changes" title="Changes" sub="the last 20, from the audit log" flush>
      <DataTable
        id="changes"
        caption="Changes of settings"
        empty={
          data.changes ? 'Nobody has changed a setting yet.' : 'They cannot be read: the database does not answer.'
        }
        columns={[
          { key: 'at', label: 'When' },
          { key: 'what', label: 'What' },
          { key: 'before', label: 'Before', muted: true, wide: true },
          { key: 'after', label: 'After' },
          { key: 'by', label: 'By', wide: true },
        ]}
        rows={(data.changes ?? []).map(({ at, by, what, metric, before, after }) => ({
          cells: {
            at: <time datetime={at.toISOString()}>{momentText(at, day, timeZone)}</time>,
            what: metric === undefined ? what : <a href={metricHref(filters, metric)}>{what}</a>,
            before,
            after,
            by,
          },
        }))}
      />
    </Card>
  )
}
