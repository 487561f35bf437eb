import { quantityText } from '../../metrics/quantity.ts'
import { badSide, limitsOf } from '../../settings/limits.ts'
import type { DocPage } from '../define.ts'

export const thresholds: DocPage = {
  slug: 'thresholds',
  title: 'Thresholds',
  summary: 'Where a number turns yellow and red, and how to change that.',
  sections: [
    {
      id: 'what',
      title: 'What they do',
      text: `
A metric has up to two thresholds. Beyond the first it is yellow, beyond the second red: where more is better, below them; otherwise above. Without thresholds a metric is never coloured. They colour tiles, lists and boards, are drawn on the chart, and are the \`state\` of the API (\`ok\`, \`warn\`, \`crit\`, \`unknown\`).

They are the same for all tenants and are judged over the range that is shown.`,
    },
    {
      id: 'change',
      title: 'Changing them',
      text: `
“Edit” on a metric’s page, or the list in [Settings](/dashboard/settings). Before saving, the form says on how many of the last 30 days the metric would have been yellow and red. Owners save; others can try.

A threshold is typed as people write it, and is shown again in the same words:

- Times with their unit: \`250 ms\`, \`4 s\`, \`4h\`, \`1 h 30 m\`, \`2 days\`.
- Sizes likewise, in steps of 1,024: \`512 KB\`, \`1.5 GB\`.
- Money in the reporting currency: \`$1,200\`, \`1200\`, \`1.2k\`.
- Percentages from 0 to 100: \`80\`, \`80 %\`. Ratios: \`1.5\`, \`3×\`. Counts: \`1,200\`, \`1.5M\`.

The point is the decimal mark, a comma parts thousands. What can be read in two ways, such as \`1,5\`, is refused with the reason and never guessed. An empty field is no threshold; “Reset” goes back to the definition. Every change is in the audit log with the value before it, and holds in all processes within seconds.

By API, all of it or nothing:

\`\`\`sh
curl -sS -u "$KEY:" -X PATCH "$URL/api/metrics/config" -d '{ "thresholds": { "ai.cost": { "warn": 40, "crit": 50 } } }'
\`\`\`

By API they are plain numbers in the unit that stands beside each metric in the answer: milliseconds, bytes, per cent from 0 to 100, major units of the currency. \`null\` for a limit takes it away, \`null\` for a metric goes back to its definition.`,
    },
    {
      id: 'now',
      title: 'As they are now',
      text: 'Those of the definitions, and those that were changed. The [metrics beyond theirs](/dashboard/metrics?show=over) have a list of their own.',
      table: ({ catalogue, config }) => ({
        caption: 'Thresholds',
        head: ['Metric', 'Yellow', 'Red'],
        rows: catalogue.keys.flatMap((key) => {
          const { good, unit, ...metric } = catalogue.of(key)
          const { warn, crit } = limitsOf(metric)
          const text = (value: number | null) =>
            value === null ? '—' : `${badSide(good)} ${quantityText(value, unit, config.currency)}`
          return warn === null && crit === null ? [] : [[key, text(warn), text(crit)]]
        }),
        code: true,
      }),
    },
  ],
}
