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
      id: 'health',
      title: 'Health scores',
      text: `
Once a night each user gets a score from 0 to 100, as of the last day that is over. It is the mean of five parts by their weights ([settings](/dashboard/settings#card-health)):

- **Build success**: jobs that succeeded of those that ended in 30 days, from three up.
- **Engagement**: active days in 30, as a place among the users of the same plan.
- **Return**: weeks with activity of the last four. Who signed up less than four weeks ago is judged by the weeks since, the one that has begun among them; so is everybody while Quarterdeck knows of less than four weeks.
- **Adoption**: key features used in 90 days, of all that the settings name; while the list is the one Quarterdeck came with, of those that anybody used. Where nobody used any, nothing is known.
- **Satisfaction**: the mean rating of 90 days.

A part without data is left out and its weight shared among the rest; under half of the weights there is no score; the [settings](/dashboard/settings#card-health) say of how many users that is. When weights or bounds change, half a year of weeks is scored anew. Weeks before that keep the scores of the rules of then: the lines of users leave them out, and the chart of the bands says from when on it is by the rules of now.

What past scores foretold is looked at 30 days later: who stopped paying, who came no more, and who deleted their account, which is both.`,
    },
    {
      id: 'keyboard',
      title: 'Keys',
      text: 'Ctrl K (or ⌘ K) finds pages, metrics, help and saved views. `G` then a letter opens a page, `R` refreshes, `P` pauses the refresh, `F` goes to the filters, `T` shows a chart as a table, `?` lists all keys.',
    },
  ],
}
