import { settings as environment } from '../../config.ts'
import { whatIsKept } from '../../settings/kept.ts'
import { registry, settingNames } from '../../settings/registry.ts'
import type { DocPage } from '../define.ts'

export const settings: DocPage = {
  slug: 'settings',
  title: 'Settings',
  summary: 'What is changed while Quarterdeck runs, what its environment fixes, and what is kept for how long.',
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
      id: 'prices',
      title: 'Prices of models',
      text: 'What tokens and machine hours cost is a dated table, on [Model prices](/dashboard/settings/prices): it begins with the list prices that ship with Quarterdeck, and an owner enters others, there or by `POST /api/model-prices`. A price holds from its day on, and only for calls that come in later: what calls have cost so far stays as it was worked out then. The price of the same model and day is replaced, with a line in the audit log that has both. A model without a price costs “unknown”, never zero.',
    },
    {
      id: 'privacy',
      title: 'Privacy and retention',
      text: '[Privacy and retention](/dashboard/settings/privacy) says what is shown of people, what is kept for how long, and what happens then. All of it is set by the environment, so that nobody widens it by a click.',
      table: ({ config }) => ({
        caption: 'What is kept, and for how long',
        head: ['What', 'Kept', 'Then', 'Set by'],
        rows: whatIsKept(config).map(({ what, kept, after, by }) => [what, kept, after, by ?? '—']),
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
