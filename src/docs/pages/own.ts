import { ANNOTATION_KINDS } from '../../annotations/kinds.ts'
import type { DocPage } from '../define.ts'

export const own: DocPage = {
  slug: 'own',
  title: 'Custom metrics, boards, annotations',
  summary: 'Metrics by formula, pages of one’s own, marks on the time axis.',
  sections: [
    {
      id: 'custom',
      title: 'Custom metrics',
      text: `
A custom metric is a formula over others, such as \`ai.cost / jobs.succeeded\`. It is checked while it is typed: unknown names, circles and units that do not go together are told where they stand, and a preview shows its last days. Once saved it has every right of a built-in one: page, tile, thresholds, CSV, API, Prometheus. A day on which it divides by nought, or on which one of its parts is unknown, is unknown.

Operators make them under [Metrics](/dashboard/metrics/new). One that is no longer needed is archived; what others are made of cannot be.`,
    },
    {
      id: 'boards',
      title: 'Boards',
      text: `
A [board](/dashboard/boards) is a page of one’s own: cards from the catalogue, arranged and sized. Templates for founders, operations, finance and AI are a start. A board is private until it is shared; it can pin filters of its own, else it follows the filter bar. It can be exported as YAML, reviewed, and imported again.`,
    },
    {
      id: 'annotations',
      title: 'Annotations',
      text: `
What happened when, as a flag on all time charts: by hand on [Annotations](/dashboard/annotations) or from any chart, or by a pipeline. The same \`id\` again is the same annotation.

\`\`\`sh
curl -sS -u "$KEY:" "$URL/api/annotations" -d '{ "kind": "deploy", "text": "v4.18", "id": "release-4.18" }'
\`\`\`

Kinds that can be written: ${Object.entries(ANNOTATION_KINDS)
        .filter(([, { written }]) => written)
        .map(([kind]) => `\`${kind}\``)
        .join(', ')}.`,
    },
  ],
}
