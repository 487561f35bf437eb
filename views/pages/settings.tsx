import { freshCatalogue } from '../../src/custom-metrics/catalogue.ts'
import { type Reach, reachText, readReach } from '../../src/health/reach.ts'
import { freshHealthRules } from '../../src/health/rules.ts'
import { within } from '../../src/lib/every.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { settingsVersion } from '../../src/settings/change.ts'
import { type SettingChange, settingAuthors, settingChanges } from '../../src/settings/history.ts'
import { settingNames } from '../../src/settings/registry.ts'
import { freshSettings } from '../../src/settings/store.ts'
import { type ThresholdRow, thresholdRows } from '../../src/settings/thresholds-list.ts'
import { Icon, Note } from '../parts/index.ts'
import { ChangesCard } from './settings/changes.tsx'
import { EnvironmentCard } from './settings/environment.tsx'
import { GeneralCard, HealthSettingsCard } from './settings/general.tsx'
import { ThresholdsCard } from './settings/thresholds.tsx'

/** While the database is away the settings themselves are still known. */
const BUDGET_MS = 1_000

export interface SettingsData {
  rows: ThresholdRow[]
  /** How many there are of each choice. */
  counts: Record<'set' | 'changed' | 'all', number>
  /** Who set what is stored, by key. */
  authors: Map<string, { at: Date; by: string }>
  /** Only for who may see them; undefined = they could not be read. */
  changes: SettingChange[] | undefined
  /** How many users the weights leave without a score; undefined = not known, or of more tenants than the admin’s. */
  reach: Reach | undefined
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
  personal: () => String(settingsVersion()),
  params: ['q', 'show', 'bad', 'why', 'warn', 'crit', 'saved', ...settingNames],
  filters: 'none',
  load: async (context) => {
    const { deps, query, admin } = context
    const [catalogue, authors, changes, reach] = await Promise.all([
      freshCatalogue(deps),
      within(BUDGET_MS, settingAuthors(deps)).catch(() => new Map()),
      mayConfigure(admin) ? within(BUDGET_MS, settingChanges(deps)).catch(() => undefined) : [],
      admin.tenants === null ? within(BUDGET_MS, reachNow(deps)).catch(() => undefined) : undefined,
      freshSettings(deps),
    ])
    const asked = { search: query.q ?? '', show: query.show ?? '', keep: query.bad ?? '' }
    return { ...thresholdRows(catalogue, asked), authors, changes, reach }
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
      <SavedNote {...props} />
      <GeneralCard {...props} />
      <HealthSettingsCard {...props} />
      <ThresholdsCard {...props} />
      {mayConfigure(props.context.admin) && (
        <>
          <ChangesCard {...props} />
          <EnvironmentCard {...props} />
        </>
      )}
    </div>
  ),
})

const reachNow = async (deps: PageContext['deps']) => readReach(deps, (await freshHealthRules(deps)).weights)

const SavedNote = ({ data: { reach }, context: { query } }: SettingsProps) => {
  if (!query.saved) return null
  if (query.saved !== 'health') return <Note tone="info">Saved; everybody sees it within seconds.</Note>
  const lost = reach && reach.without > reach.withoutNow ? reachText(reach, 'will have') : undefined
  const before = lost && ` (${reach?.withoutNow.toLocaleString('en-GB')} without one now)`
  return (
    <Note tone={lost ? 'warn' : 'info'}>
      {`Saved. ${lost ? `By these weights ${lost}${before}. ` : ''}Scores are computed by it tonight, or now with “Recalculate” on the Health page.`}
    </Note>
  )
}
