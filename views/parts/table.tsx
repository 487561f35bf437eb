import type { Child } from 'hono/jsx'
import { AllUsers } from './all-users.tsx'
import { Icon } from './icons.tsx'
import type { Column, DataTableProps, TableRow } from './types.ts'

/** A table that scrolls in its card: sticky head, numbers right, sort by address, keyset pages at the foot. */
export const DataTable = (props: DataTableProps) => {
  const { id, caption, columns, rows, total, rowHeight = 34, empty, picking } = props
  return (
    <div class="q-table-frame" id={`table-${id}`}>
      <section class="q-table-scroll" tabindex={0} aria-label={`${caption}, table`}>
        <table class={`q-table q-table-${rowHeight}`}>
          <caption class="q-sr">{caption}</caption>
          <thead>
            <tr>
              {picking && (
                <th scope="col" class="q-pick">
                  <input type="checkbox" aria-label={picking.all} data-pick-all={picking.form} />
                </th>
              )}
              {columns.map((column) => (
                <HeadCell column={column} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.length === 0 && (
              <tr>
                <td class="q-ink-3 q-table-none" colspan={columns.length}>
                  {empty ?? 'Nothing in this period.'}
                </td>
              </tr>
            )}
            {rows.map((row) => (
              <BodyRow row={row} columns={columns} picking={picking} />
            ))}
          </tbody>
          {total && (
            <tfoot>
              <tr>
                {columns.map((column) => (
                  <td class={cellClass({ ...column, code: false })}>{total[column.key]}</td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
      <Foot {...props} />
    </div>
  )
}

const HeadCell = ({ column }: { column: Column }) => {
  const active = column.sort?.active
  return (
    <th
      scope="col"
      class={cellClass({ ...column, code: false, strong: false, muted: false })}
      aria-sort={active ? (active === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {column.sort ? (
        <a class={active ? 'q-sort q-sort-active' : 'q-sort'} href={column.sort.href}>
          {column.label}
          {active && <Icon name={active === 'asc' ? 'arrow-up' : 'arrow-down'} size={14} />}
        </a>
      ) : column.about ? (
        <a class="q-sort" href={column.about.href} data-about-for={column.about.id}>
          {column.label}
        </a>
      ) : column.quiet ? (
        <span class="q-sr">{column.label}</span>
      ) : (
        column.label
      )}
      {column.allUsers && ' '}
      <AllUsers whom={column.allUsers} />
    </th>
  )
}

const BodyRow = ({ row, columns, picking }: Pick<DataTableProps, 'columns' | 'picking'> & { row: TableRow }) => (
  <tr id={row.id} class={row.href ? 'q-row-link' : undefined}>
    {picking && (
      <td class="q-pick">
        {row.pick && (
          <input
            type="checkbox"
            name={picking.name}
            value={row.pick.value}
            form={picking.form}
            aria-label={`Choose ${row.pick.name}`}
            data-pick={picking.form}
          />
        )}
      </td>
    )}
    {columns.map((column, index) => (
      <td class={cellClass(column)}>
        {index === 0 && row.href ? (
          <a class="q-row-target" href={row.href}>
            {row.cells[column.key]}
          </a>
        ) : (
          row.cells[column.key]
        )}
      </td>
    ))}
  </tr>
)

const cellClass = (column: Column): string | undefined =>
  [
    column.number && 'q-right q-num',
    column.code && 'q-mono',
    column.muted && 'q-ink-2',
    column.strong && 'q-strong',
    column.wide && 'q-wide',
  ]
    .filter(Boolean)
    .join(' ') || undefined

const Foot = ({ csv, json, note, pager }: DataTableProps) => {
  if (!csv && !json && !note && !pager) return null
  return (
    <div class="q-table-foot">
      {csv && (
        <a href={csv.href} download>
          {csv.label}
        </a>
      )}
      {json && <a href={json.href}>{json.label}</a>}
      {note && <span class="q-ink-2">{note}</span>}
      {pager && (
        <span class="q-pager">
          <PageButton href={pager.previous} label="Previous" />
          <PageButton href={pager.next} label={`Next ${pager.size}`} />
        </span>
      )}
    </div>
  )
}

/** A page that is not there stays visible as a button that says so. */
const PageButton = ({ href, label }: { href?: string; label: string }) =>
  href ? (
    <a class="q-btn q-btn-small" href={href}>
      {label}
    </a>
  ) : (
    <button type="button" class="q-btn q-btn-small" disabled title="No more rows this way">
      {label}
    </button>
  )

/** A share as a bar of 6 px and its figure. */
export const Share = ({
  share,
  text,
  name,
  tone,
}: {
  share: number | null
  text: string
  name: string
  tone?: string
}) => (
  <span class="q-share">
    {share !== null && (
      <progress class={`q-bar${tone ? ` q-bar-${tone}` : ''}`} max="1" value={share} aria-label={name} />
    )}
    <span class="q-share-text q-num">{text}</span>
  </span>
)

/** Two lines in a cell: who, and what about them. */
export const TwoLines = ({ title, sub }: { title: Child; sub?: Child }) => (
  <span class="q-two">
    <span class="q-two-title">{title}</span>
    {sub && <span class="q-two-sub">{sub}</span>}
  </span>
)
