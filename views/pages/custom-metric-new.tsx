import { DRAFT_FIELDS, type Draft, draftOf } from '../../src/custom-metrics/draft.ts'
import { NEW_PATH, type Shown, showDraft, whyNot } from '../../src/custom-metrics/page.ts'
import { definePage } from '../../src/page.ts'
import { CustomMetricForm } from './custom-metric/form.tsx'

interface Data extends Shown {
  draft: Draft
}

/** A metric of one's own, out of those there are. What is typed may be in the address: that is how it is checked without script. */
export default definePage<Data>({
  path: NEW_PATH,
  under: '/dashboard/metrics',
  title: 'New metric',
  group: 'Work',
  order: 43,
  role: 'operator',
  filters: 'none',
  params: DRAFT_FIELDS,
  load: async ({ deps, settling, filters, query }) => {
    const draft = draftOf(query)
    return { draft, ...(await showDraft(deps, settling, filters.scope, draft)) }
  },
  frame: () => ({ crumbs: [{ label: 'Metrics', href: '/dashboard/metrics' }] }),
  Live: ({ data, context: { deps, admin, filters } }) => (
    <CustomMetricForm deps={deps} scope={filters.scope} action={NEW_PATH} off={whyNot(deps, admin)} {...data} />
  ),
})
