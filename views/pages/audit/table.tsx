import type { AuditLine } from '../../../src/audit/read.ts'
import { actorText, detailText } from '../../../src/audit/words.ts'
import type { Deps } from '../../../src/context.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { today } from '../../../src/lib/time.ts'
import { DataTable, TwoLines } from '../../parts/index.ts'
import type { DataTableProps } from '../../parts/types.ts'

interface TableProps {
  lines: AuditLine[]
  deps: Deps
  csv: string
  json: string
  pager: DataTableProps['pager']
}

/** Lines of the log; the number is their place in the chain. */
export const AuditTable = ({ lines, deps, csv, json, pager }: TableProps) => {
  const day = today(deps.now(), deps.config.timeZone)
  return (
    <DataTable
      id="audit"
      caption="Lines of the audit log"
      rowHeight={44}
      empty="Nothing like that is in the log."
      columns={[
        { key: 'at', label: 'When' },
        { key: 'who', label: 'Who', strong: true },
        { key: 'what', label: 'What' },
        { key: 'target', label: 'To what', wide: true },
        { key: 'detail', label: 'How', muted: true, wide: true },
        { key: 'seq', label: 'Line', number: true, muted: true, wide: true },
      ]}
      rows={lines.map((line) => ({
        id: `audit-${line.id}`,
        cells: {
          at: (
            <time datetime={line.at.toISOString()} title={line.at.toISOString()}>
              {momentText(line.at, day, deps.config.timeZone)}
            </time>
          ),
          who: <TwoLines title={actorText(line)} sub={line.by === null ? undefined : kindOf(line.actor)} />,
          what: <span class="q-mono">{line.action}</span>,
          target: line.target && <Target target={line.target} about={line.about} />,
          detail: <Detail line={line} />,
          seq: line.seq ?? <span title="It is sealed within seconds.">—</span>,
        },
      }))}
      csv={{ label: 'CSV', href: csv }}
      json={{ label: 'JSON', href: json }}
      pager={pager}
    />
  )
}

const kindOf = (actor: string): string => (actor.startsWith('key:tok_') ? 'by token' : (actor.split(':')[0] ?? ''))

const Target = ({ target, about }: { target: string; about: string | null }) =>
  about === null ? (
    <span class="q-audit-cell" title={target}>
      {target}
    </span>
  ) : (
    <TwoLines title={about} sub={target} />
  )

const Detail = ({ line: { detail, erased } }: { line: AuditLine }) => {
  if (erased) return <span class="q-ink-3">erased</span>
  const text = detailText(detail)
  return text ? (
    <span class="q-audit-cell" title={text}>
      {text}
    </span>
  ) : null
}
