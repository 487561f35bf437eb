import { Icon } from './icons.tsx'
import type { StreamDay, StreamRow } from './types.ts'

/** The long form of the feed: a table of what happened, to whom, where and when, with a heading for each day. */
export const Stream = ({ days, caption }: { days: StreamDay[]; caption: string }) => (
  <section class="q-table-scroll" tabindex={0} aria-label={`${caption}, table`}>
    <table class="q-table q-table-30 q-stream">
      <caption class="q-sr">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">User</th>
          <th scope="col">Tenant</th>
          <th scope="col">Detail</th>
          <th scope="col" class="q-right">
            Time
          </th>
        </tr>
      </thead>
      {days.map((day) => (
        <tbody>
          <tr class="q-stream-day">
            <th scope="rowgroup" colspan={5}>
              {day.title}
            </th>
          </tr>
          {day.rows.map((row) => (
            <Row {...row} />
          ))}
        </tbody>
      ))}
    </table>
  </section>
)

/** What the phone's second line says after the user. */
const narrowWords = ({ user, tenant, note }: StreamRow): string => {
  const words = [user ? undefined : tenant, note].filter(Boolean).join(', ')
  return user && words ? `, ${words}` : words
}

const Row = (row: StreamRow) => (
  <tr id={`act-${row.id}`} class={row.fresh ? 'q-fresh' : undefined}>
    <td class="q-stream-what">
      <Icon name={row.icon} tone={row.tone && row.tone !== 'plain' ? row.tone : '3'} />
      <b title={row.title}>{row.title}</b>
    </td>
    <td class="q-stream-user" title={row.user}>
      {row.href && row.user ? <a href={row.href}>{row.user}</a> : row.user}
      <span class="q-stream-narrow">{narrowWords(row)}</span>
    </td>
    <td class="q-ink-2 q-stream-wide" title={row.tenant}>
      {row.tenant}
    </td>
    <td class="q-ink-2 q-stream-wide" title={row.note}>
      {row.note}
    </td>
    <td class="q-right q-num q-ink-3 q-stream-time">
      <time datetime={row.at.toISOString()}>{row.time}</time>
    </td>
  </tr>
)
