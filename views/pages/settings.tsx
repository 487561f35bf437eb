import { freshCatalogue } from '../../src/custom-metrics/catalogue.ts'
import { within } from '../../src/lib/every.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { settingsVersion } from '../../src/settings/change.ts'
import { type SettingChange, settingAuthors, settingChanges } from '../../src/settings/history.ts'
import { settingNames } from '../../src/settings/registry.ts'
import { freshSettings } from '../../src/settings/store.ts'
import { type ThresholdRow, thresholdRows } from '../../src/settings/thresholds-list.ts'
import { Icon, Note, Segments } from '../parts/index.ts'
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
    const [catalogue, authors, changes] = await Promise.all([
      freshCatalogue(deps),
      within(BUDGET_MS, settingAuthors(deps)).catch(() => new Map()),
      mayConfigure(admin) ? within(BUDGET_MS, settingChanges(deps)).catch(() => undefined) : [],
      freshSettings(deps),
    ])
    const asked = { search: query.q ?? '', show: query.show ?? '', keep: query.bad ?? '' }
    return { ...thresholdRows(catalogue, asked), authors, changes }
  },
  frame: ({ context }) => ({
    freshness: undefined,
    actions: (
      <>
        {mayConfigure(context.admin) && (
          <>
            <a class="q-btn" href="/dashboard/settings/admins">
              <Icon name="users" />
              Admins
            </a>
            <a class="q-btn" href="/dashboard/settings/keys">
              <Icon name="key" />
              API keys
            </a>
          </>
        )}
        <a class="q-btn" href="/dashboard/rates">
          <Icon name="coin" />
          Exchange rates
        </a>
        {context.admin.tenants === null && (
          <a class="q-btn" href="/dashboard/settings/channels">
            <Icon name="bell" />
            Channels
          </a>
        )}
        <a class="q-btn" href="/dashboard/docs/settings">
          <Icon name="bulb" />
          Help
        </a>
      </>
    ),
  }),
  Live: (props) => (
    <div class="q-flow">
      {props.context.query.saved && <Note tone="info">{savedText(props.context.query.saved)}</Note>}
      <Contents {...props} />
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

const savedText = (what: string): string =>
  what === 'health'
    ? 'Saved. Scores are computed by it tonight, or now with “Recalculate” on the Health page.'
    : 'Saved; everybody sees it within seconds.'

/** What there is on the page, which is longer than a screen. */
const Contents = ({ context: { admin } }: SettingsProps) => (
  <div>
    <Segments
      name="On this page"
      items={[
        { label: 'General', href: '#card-general' },
        { label: 'Health', href: '#card-health' },
        { label: 'Thresholds', href: '#card-thresholds' },
        ...(mayConfigure(admin)
          ? [
              { label: 'Changes', href: '#card-changes' },
              { label: 'Environment', href: '#card-environment' },
            ]
          : []),
      ]}
    />
  </div>
)
