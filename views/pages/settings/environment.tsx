import { settings } from '../../../src/config.ts'
import { Card, DataTable } from '../../parts/index.ts'
import type { SettingsProps } from '../settings.tsx'

/** What the process was started with; secrets only as being there. */
export const EnvironmentCard = ({ context: { deps } }: SettingsProps) => (
  <Card
    id="environment"
    title="Environment"
    sub="read at the start; a change needs a restart"
    flush
    link={{ label: 'What each one does', href: '/dashboard/docs/settings' }}
  >
    <DataTable
      id="environment"
      caption="Settings of the environment"
      columns={[
        { key: 'name', label: 'Variable', code: true },
        { key: 'value', label: 'Value' },
        { key: 'default', label: 'Default', muted: true, wide: true },
      ]}
      rows={Object.entries(settings).map(([name, { key, default: fallback, ...rest }]) => ({
        cells: {
          name,
          value: valueText(deps.config[key], 'secret' in rest),
          default: fallback === '' ? '—' : fallback,
        },
      }))}
    />
  </Card>
)

function valueText(value: unknown, secret: boolean): string {
  const empty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  if (empty) return 'not set'
  if (secret) return 'set, not shown'
  return Array.isArray(value) ? value.join(', ') : String(value)
}
