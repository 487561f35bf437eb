import { environmentOf } from '../../../src/settings/environment.ts'
import { Badge, Card, DataTable } from '../../parts/index.ts'
import type { SettingsProps } from '../settings.tsx'

/** What the process was started with, in groups; secrets only as being there. */
export const EnvironmentCard = ({ context: { deps } }: SettingsProps) => (
  <Card
    id="environment"
    title="Environment"
    sub="read at the start; a change needs a restart"
    flush
    link={{ label: 'What each one does', href: '/dashboard/docs/settings#environment' }}
  >
    {environmentOf(deps.config).map(({ group, variables }) => (
      <section class="q-setting-group">
        <h3>{group}</h3>
        <DataTable
          id={`environment-${group.toLowerCase().replaceAll(' ', '-')}`}
          caption={`Settings of the environment: ${group}`}
          rowHeight={30}
          columns={[
            { key: 'name', label: 'Variable', code: true },
            { key: 'value', label: 'Value' },
            { key: 'state', label: 'State' },
            { key: 'default', label: 'Default', muted: true, wide: true },
          ]}
          rows={variables.map(({ name, doc, value, changed, default: fallback }) => ({
            cells: {
              name: <span title={doc}>{name}</span>,
              value: <span title={value}>{value}</span>,
              state: changed ? <Badge tone="info" text="changed" /> : <span class="q-ink-3">default</span>,
              default: fallback ? <span title={fallback}>{fallback}</span> : '—',
            },
          }))}
        />
      </section>
    ))}
  </Card>
)
