import { cardState } from '../../../src/card-state.ts'
import type { Deps } from '../../../src/context.ts'
import type { CustomEntry } from '../../../src/custom-metrics/catalogue.ts'
import type { HistoryEntry } from '../../../src/custom-metrics/history.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../../src/lib/settle.ts'
import type { Day } from '../../../src/lib/time.ts'
import { Card, DataTable, Icon } from '../../parts/index.ts'

/** Takes the metric out of use, or into it again. */
export const Archive = ({ entry, users, off }: { entry: CustomEntry; users: readonly string[]; off?: string }) => {
  const archived = entry.archivedAt !== null
  const why =
    off ??
    (!archived && users.length > 0 ? `${users.join(', ')} ${users.length === 1 ? 'is' : 'are'} made of it.` : undefined)
  return (
    <Card id="archive" title={archived ? 'Archived' : 'Archive'}>
      <p>
        {archived
          ? 'It is no longer computed, listed or exported. Its definition and its key are kept.'
          : 'It is then no longer computed, listed or exported; boards which show it say so. It can be restored.'}
      </p>
      <form
        method="post"
        action={`/dashboard/metrics/${encodeURIComponent(entry.key)}/${archived ? 'restore' : 'archive'}`}
      >
        <p class="q-actions">
          <button type="submit" class="q-btn" disabled={why !== undefined} title={why}>
            <Icon name={archived ? 'refresh' : 'trash'} />
            {archived ? 'Restore' : 'Archive'}
          </button>
          {why && <span class="q-ink-3">{why}</span>}
        </p>
      </form>
    </Card>
  )
}

const VERBS: Record<string, string> = {
  create: 'made',
  update: 'changed',
  archive: 'archived',
  restore: 'restored',
}

/** Who changed what, newest first. */
export const History = ({ history, deps, today }: { history: Loaded<HistoryEntry[]>; deps: Deps; today: Day }) => (
  <Card id="history" title="History" sub="from the audit log" flush state={cardState(history, deps.now())}>
    <DataTable
      id="history"
      caption="Changes of this metric"
      columns={[
        { key: 'at', label: 'When', muted: true },
        { key: 'what', label: 'What', strong: true },
        { key: 'by', label: 'By' },
        { key: 'fields', label: 'Fields', wide: true },
      ]}
      rows={(shownOf(history) ?? []).map(({ at, verb, by, changed }) => ({
        cells: {
          at: momentText(at, today, deps.config.timeZone),
          what: VERBS[verb] ?? verb,
          by,
          fields: verb === 'update' ? fieldsText(changed) : '—',
        },
      }))}
      empty="Nothing was changed yet."
    />
  </Card>
)

const fieldsText = (changed: HistoryEntry['changed']): string =>
  Object.entries(changed)
    .map(([name, [before, after]]) => `${name}: ${textOf(before)} → ${textOf(after)}`)
    .join('; ')

const textOf = (value: unknown): string => {
  if (value === null || value === '') return 'none'
  const text = String(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
