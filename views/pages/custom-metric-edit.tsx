import { type Catalogue, type CustomEntry, freshCatalogue } from '../../src/custom-metrics/catalogue.ts'
import { usersOf } from '../../src/custom-metrics/checks.ts'
import { DRAFT_FIELDS, type Draft, draftOf, draftOfEntry } from '../../src/custom-metrics/draft.ts'
import { type HistoryEntry, historyOf } from '../../src/custom-metrics/history.ts'
import { editPath, NEW_PATH, type Shown, showDraft, whyNot } from '../../src/custom-metrics/page.ts'
import { version } from '../../src/custom-metrics/version.ts'
import { NotFound } from '../../src/lib/errors.ts'
import type { Card as Loaded } from '../../src/lib/settle.ts'
import type { AnyKey, CustomKey } from '../../src/metrics/catalogue.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { Card } from '../parts/index.ts'
import { Archive, History } from './custom-metric/beside.tsx'
import { CustomMetricForm } from './custom-metric/form.tsx'

interface Custom extends Shown {
  entry: CustomEntry
  draft: Draft
  users: CustomKey[]
  history: Loaded<HistoryEntry[]>
}
type Data = { key: AnyKey; label: string; custom?: Custom }

/** Changes a custom metric, archives it, and shows what was changed before. */
export default definePage<Data>({
  path: '/dashboard/metrics/:key/edit',
  under: '/dashboard/metrics',
  title: 'Edit metric',
  group: 'Work',
  order: 44,
  role: 'operator',
  filters: 'none',
  params: DRAFT_FIELDS,
  personal: () => String(version()),
  load: async (context) => {
    const key = context.param.key ?? ''
    const catalogue = await freshCatalogue(context.deps)
    const entry = catalogue.custom.get(key as CustomKey)
    if (entry) return { key: entry.key, label: entry.label, custom: await customOf(context, catalogue, entry) }
    if (catalogue.has(key)) return { key, label: catalogue.of(key).label }
    throw new NotFound(`There is no metric “${key.slice(0, 80)}”.`)
  },
  frame: ({ data: { key, label } }) => ({
    title: `Edit ${label}`,
    crumbs: [
      { label: 'Metrics', href: '/dashboard/metrics' },
      { label, href: `/dashboard/metrics/${encodeURIComponent(key)}` },
    ],
  }),
  Live: ({ data: { key, custom }, context: { deps, admin, filters } }) => {
    const off = whyNot(deps, admin)
    if (!custom) return <BuiltIn of={key} />
    const { entry, draft, users, history, ...shown } = custom
    return (
      <div class="q-flow">
        <CustomMetricForm
          deps={deps}
          scope={filters.scope}
          action={editPath(key)}
          fixedKey={key}
          draft={draft}
          off={entry.archivedAt ? 'It is archived; restore it first.' : off}
          {...shown}
        />
        <Archive entry={entry} users={users} off={off} />
        <History history={history} deps={deps} today={filters.today} />
      </div>
    )
  },
})

async function customOf(context: PageContext, { custom }: Catalogue, entry: CustomEntry): Promise<Custom> {
  const { deps, settling, filters, query } = context
  // The key is part of the draft: a formula must not come back to it.
  const draft = {
    ...(query.formula ? draftOf(query) : draftOfEntry(entry, deps.config.currency)),
    name: entry.key.slice('custom.'.length),
  }
  const [shown, history] = await Promise.all([
    showDraft(deps, settling, filters.scope, draft),
    card(context, 'custom-metric-history', () => historyOf(deps, entry.key), {
      key: `${entry.key}|${entry.updatedAt.getTime()}`,
    }),
  ])
  return { entry, draft, users: usersOf([...custom.values()], entry.key), history, ...shown }
}

const BuiltIn = ({ of }: { of: string }) => (
  <Card id="built-in" title="Built in">
    <p>
      <code class="q-code">{of}</code> is part of Quarterdeck: its definition cannot be changed. A metric of your own
      can be made of it.
    </p>
    <p class="q-actions">
      <a class="q-btn q-btn-primary" href={`${NEW_PATH}?${new URLSearchParams({ formula: of })}`}>
        Make one of it
      </a>
    </p>
  </Card>
)
