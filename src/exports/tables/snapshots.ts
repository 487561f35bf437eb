import { boolean, date, number, type TableExport, text } from '../table.ts'

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
]
