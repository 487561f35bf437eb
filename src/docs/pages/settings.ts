import { settings as environment } from '../../config.ts'
import { registry, settingNames } from '../../settings/registry.ts'
import type { DocPage } from '../define.ts'

export const settings: DocPage = {
  slug: 'settings',
  title: 'Settings',
  summary: 'What is changed while Quarterdeck runs, and what its environment fixes.',
  sections: [
    {
      id: 'stored',
      title: 'Changed while it runs',
      text: 'On the [settings page](/dashboard/settings), which tells the default, what was changed, by whom and when, and goes back to the default with “Reset”; or by `PATCH /api/metrics/config`, where `null` is the default. Each change has a line in the audit log with the value before it. They are stored in the database, and followed by all processes within seconds. Where the variable beside a setting is set in the environment, that wins and the setting cannot be changed: what a deployment fixes nobody changes by a click.',
      table: () => ({
        caption: 'Settings that are stored',
        head: ['Setting', 'Does', 'Variable that wins'],
        rows: settingNames.map((name) => [name, registry[name].doc, registry[name].env ?? '—']),
        code: true,
      }),
    },
    {
      id: 'environment',
      title: 'Set in the environment',
      text: 'Read at the start: a change needs a restart. A start with bad ones names every problem at once and ends; a name that nobody reads but that looks like one of these is told in the log.',
      table: () => ({
        caption: 'Settings of the environment',
        head: ['Variable', 'Default', 'Does'],
        rows: Object.entries(environment).map(([name, { default: fallback, doc }]) => [name, fallback || '—', doc]),
        code: true,
      }),
    },
  ],
}
