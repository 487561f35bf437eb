import { STAGES } from '../../funnels/stages.ts'
import { boolean, date, number, type TableExport, text, time } from '../table.ts'

/** What the nightly job keeps of each day, beside the values of the metrics themselves. */
export const snapshots: TableExport[] = [
  {
    name: 'metric-dimensions',
    doc: 'The stored metrics of each closed day by their dimensions, all tenants together. The largest 100 values of a day stand alone; the others are together in the row marked as the rest.',
    source: (sql) => sql`metric_dim_values`,
    walk: 'period',
    at: 'day',
    atType: 'date',
    order: [
      { column: 'day', type: 'date' },
      { column: 'slot', type: 'int' },
      { column: 'place', type: 'int' },
    ],
    hasTenant: false,
    columns: {
      date: date({ from: 'day' }),
      metric: text({ from: 'key' }),
      dimension: text({ from: 'dim' }),
      value: text({ doc: 'Of the dimension; empty for the rest.' }),
      is_rest: boolean({ doc: 'All values beyond the largest, together.' }),
      amount: number({ from: 'v', doc: 'Of a ratio what stands above the line. Empty = unknown.' }),
      divisor: number({ from: 'den', doc: 'Of a ratio what stands below the line; empty for all others.' }),
    },
    filters: ['metric', 'dimension'],
  },
  {
    name: 'funnel-snapshots',
    doc: `How many people reached a stage of the funnel on each closed day, all tenants together. ${STAGES.map(({ label, doc }) => `${label}: ${doc}`).join(' ')}`,
    source: (sql) => sql`(select * from funnel_snapshots where scope = '*')`,
    walk: 'period',
    at: 'day',
    atType: 'date',
    order: [
      { column: 'day', type: 'date' },
      { column: 'place', type: 'int' },
    ],
    hasTenant: false,
    columns: {
      date: date({ from: 'day' }),
      place: number({ doc: 'Of the stage in the funnel, from 1.' }),
      stage: text(),
      people: number({ doc: 'Empty = nobody ever did by that day: the product does not tell of it.' }),
      computed_at: time(),
    },
    filters: ['stage'],
  },
  {
    name: 'component-gaps',
    doc: 'What users asked for and the library seldom helped with, as seen from each closed day, all tenants together: kinds of sites with at least five prompts of 30 days, of which fewer than three in ten used it.',
    source: (sql) => sql`(select * from component_gaps where scope = '*')`,
    walk: 'period',
    at: 'day',
    atType: 'date',
    order: [
      { column: 'day', type: 'date' },
      { column: 'site_type', type: 'text' },
      { column: 'industry', type: 'text' },
    ],
    hasTenant: false,
    columns: {
      date: date({ from: 'day' }),
      site_type: text(),
      industry: text(),
      prompts: number({ doc: 'Of the 30 days that end with the date, those that say whether the library was used.' }),
      helped: number({ doc: 'Of them, with the library.' }),
      computed_at: time(),
    },
    filters: ['site_type', 'industry'],
  },
]
