import { ANNOTATION_KINDS } from '../../annotations/kinds.ts'
import type { DocPage } from '../define.ts'
import { KINDS } from '../kinds.ts'

export const reading: DocPage = {
  slug: 'reading',
  title: 'Reading the pages',
  summary: 'Comparison, colours, unknown and stale numbers, marks on charts, keys.',
  sections: [
    {
      id: 'numbers',
      title: 'A number and what stands behind it',
      text: `
Each number is a link. Hovering or focusing a tile shows its definition, source and age; its page shows the days, the breakdown, the rows beneath it (which users, which calls) and the SQL. All definitions stand in the [handbook](/dashboard/metrics).

Numbers are counted in days of one time zone (\`TIME_ZONE\`). Today is not over: its point is dashed, its bar pale.`,
    },
    {
      id: 'handbook',
      title: 'The handbook of metrics',
      text: `
[Metrics](/dashboard/metrics) has every metric there is. It opens with the domains and the numbers that stand for each; one domain is open at a time, and its address can be shared, as that of a search can.

- The search looks in all domains: names, keys, definitions, formulas, and other words for the same (“attrition” finds churn).
- **With thresholds**, **Beyond a threshold** and **No data** narrow the list; **Custom** leaves the formulas of your own.
- **Definitions** shows what each means, what to do when it is bad, and where it comes from. With [all on one page](/dashboard/metrics?domain=all&view=definitions) it can be printed.`,
    },
    {
      id: 'compare',
      title: 'Comparison',
      text: `
The small change beside a number is against the period chosen in the filter bar: the days just before, the same weekdays some weeks before (“matched weekdays”), or a year ago. The arrow is the direction; the colour says whether that is good for this metric. Percentages differ in percentage points (pp). “new” is a change from nought, “—” one that cannot be said.`,
    },
    {
      id: 'states',
      title: 'Unknown, stale, degraded, estimated',
      text: `
- **—** is unknown, which is not zero: no data for the day, a ratio without a denominator, a call whose model has no price. In a chart it is a gap with a grey band.
- **stale**, with an age: the source does not answer, and this is the last good value.
- **degraded**: a card could not be computed, with the reason. The rest of the page goes on.
- **last sample**: a reading of now whose source is away.
- **estimate**: made from approximated tokens, or hours × price.
- A note on a card says when a filter does not apply to it: not every number is kept by plan or by segment.`,
    },
    {
      id: 'colours',
      title: 'Colours',
      text: 'Blue is data and links. Green, yellow and red are states, always with a word or a glyph: they come from the [thresholds](/dashboard/docs/thresholds) of a metric. What is normal has no colour.',
    },
    {
      id: 'kinds',
      title: 'How a range is totalled',
      text: 'What the large number of a range is depends on the kind of the metric.',
      table: () => ({
        caption: 'Kinds of metrics',
        head: ['Kind', 'Is', 'Over a range'],
        rows: Object.entries(KINDS).map(([kind, { word, total }]) => [kind, word, total]),
        code: true,
      }),
    },
    {
      id: 'flags',
      title: 'Flags on charts',
      text: 'A lettered flag says what happened when. Notes, deploys and the like are written by hand ([Annotations](/dashboard/annotations)) or by API; the rest comes from what Quarterdeck knows anyway. The menu of a chart’s card chooses which are shown.',
      table: () => ({
        caption: 'Kinds of flags',
        head: ['Letter', 'Kind', 'Comes from'],
        rows: Object.values(ANNOTATION_KINDS).map(({ letter, label, written }) => [
          letter,
          label,
          written ? 'people, programs, and the tables that tell it' : 'the tables that tell it',
        ]),
        code: true,
      }),
    },
    {
      id: 'keyboard',
      title: 'Keys',
      text: 'Ctrl K (or ⌘ K) finds pages, metrics, help and saved views. `G` then a letter opens a page, `R` refreshes, `P` pauses the refresh, `F` goes to the filters, `T` shows a chart as a table, `?` lists all keys.',
    },
  ],
}
