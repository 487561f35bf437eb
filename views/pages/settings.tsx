import { freshCatalogue } from '../../src/custom-metrics/catalogue.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { freshSettings } from '../../src/settings/store.ts'
import { type ThresholdRow, thresholdRows } from '../../src/settings/thresholds-list.ts'
import { Icon, Note } from '../parts/index.ts'
import { EnvironmentCard } from './settings/environment.tsx'
import { GeneralCard } from './settings/general.tsx'
import { ThresholdsCard } from './settings/thresholds.tsx'

export interface SettingsData {
  rows: ThresholdRow[]
  /** How many there are of each choice. */
  counts: Record<'set' | 'changed' | 'all', number>
}

export interface SettingsProps {
  data: SettingsData
  context: PageContext
}

/** Addresses and files of the machine are for who runs it. */
const mayConfigure = ({ role, tenants }: PageContext['admin']): boolean => role === 'owner' && tenants === null

/** What is set while Quarterdeck runs, and what its environment fixes. */
export default definePage<SettingsData>({
  path: '/dashboard/settings',
  title: 'Settings',
  group: 'Work',
  order: 80,
  icon: 'settings',
  role: 'viewer',
  params: ['q', 'show', 'bad', 'why', 'warn', 'crit', 'saved', 'product_name', 'environment'],
  filters: 'none',
  load: async (context) => {
    const { deps, query } = context
    const [catalogue] = await Promise.all([freshCatalogue(deps), freshSettings(deps)])
    return thresholdRows(catalogue, { search: query.q ?? '', show: query.show ?? '', keep: query.bad ?? '' })
  },
  frame: () => ({
    freshness: undefined,
    actions: (
      <a class="q-btn" href="/dashboard/docs/settings">
        <Icon name="bulb" />
        Help
      </a>
    ),
  }),
  Live: (props) => (
    <div class="q-flow">
      {props.context.query.saved && <Note tone="info">Saved; everybody sees it within seconds.</Note>}
      <GeneralCard {...props} />
      <ThresholdsCard {...props} />
      {mayConfigure(props.context.admin) && <EnvironmentCard {...props} />}
    </div>
  ),
})
