import { tables } from '../../exports/tables/index.ts'
import type { DocPage } from '../define.ts'

/** Asked of a real Prometheus by a test. */
export const PROMETHEUS_QUERIES = [
  'quarterdeck_users',
  'quarterdeck_revenue_mrr_usd',
  '100 * quarterdeck_api_error_rate_ratio',
  'quarterdeck_api_latency_p95_seconds',
  'quarterdeck_source_up == 1',
] as const

export const exports: DocPage = {
  slug: 'exports',
  title: 'Exports, API, Prometheus, spreadsheets',
  summary: 'Every number and table as CSV, JSON and samples, at addresses that stay.',
  sections: [
    {
      id: 'metrics',
      title: 'Metrics',
      text: `
Each card has CSV and JSON in its menu; the address has the filters of the page. By hand:

\`\`\`sh
curl -sS -u "$KEY:" "$URL/exports/metrics.csv?metrics=users.dau,revenue.mrr&from=2026-11-01&to=2026-11-30"
curl -sS -u "$KEY:" "$URL/api/metrics/summary?metrics=users.mau&compare=year"
curl -sS -u "$KEY:" "$URL/api/metrics/summary?metrics=all"
curl -sS -u "$KEY:" "$URL/api/metrics/timeseries?metrics=ai.cost&by=model"
curl -sS -u "$KEY:" "$URL/api/metrics/cohorts"
\`\`\`

An empty cell, or \`null\`, is unknown. Percentages are 0–100, money is in major units, durations in milliseconds. All addresses with their parameters: [API](/api/docs), as OpenAPI at \`/api/openapi.json\`.`,
    },
    {
      id: 'tables',
      title: 'Tables of facts',
      text: `
\`/exports/<table>.csv\` streams rows of any number; \`/api/tables/<table>\` is the same in JSON pages. What happened is by default of the last 30 days, what there is (users, subscriptions …) all of it. In strict privacy, columns with names, texts and places are empty.

\`\`\`sh
curl -sS -u "$KEY:" "$URL/exports/users.csv?plan=pro"
curl -sS -u "$KEY:" "$URL/api/tables/payments?status=failed&limit=50"
\`\`\``,
      table: () => ({
        caption: 'Tables',
        head: ['Table', 'Has', 'Narrowed by'],
        rows: tables.map(({ name, doc, filters, hasTenant }) => [
          name,
          doc,
          [...filters, ...(hasTenant ? ['tenant'] : [])].join(', ') || '—',
        ]),
        code: true,
      }),
    },
    {
      id: 'spreadsheets',
      title: 'Spreadsheets',
      text: `
What cannot send a key opens a signed link. It leads to one address, sees what its maker sees, and ends with its time, its maker’s key or account, or when \`SECRET_KEY\` changes.

\`\`\`sh
curl -sS -u "$KEY:" "$URL/api/signed-urls" -d '{ "path": "/exports/metrics.csv?metrics=users.dau", "expires_in": 2592000 }'
\`\`\`

- Google Sheets: \`=IMPORTDATA("the link")\`.
- Excel: Data, From Web, the link.
- LibreOffice: Sheet, External Links, the link.

Texts that a spreadsheet would take for a formula begin with an apostrophe; numbers stay numbers, negative ones too. Files are UTF-8 with a header row.`,
    },
    {
      id: 'prometheus',
      title: 'Prometheus and Grafana',
      text: `
\`/metrics\` has every metric as it is now, of all tenants together, with the doors, the sources and the process. What is unknown has no sample. Names are made of the key and the base unit: seconds, bytes, ratios of 1, the currency.

\`\`\`yaml
scrape_configs:
  - job_name: quarterdeck
    authorization: { credentials: qd_… }
    static_configs: [{ targets: ['quarterdeck.example.com:3000'] }]
\`\`\`

The key needs the scope \`read\` and must not be bound to tenants. A scrape every 15 to 60 seconds is sensible: it costs about as much as one page, and scrapers that come within 5 seconds of each other share one answer.

\`\`\`promql
${PROMETHEUS_QUERIES.join('\n')}
\`\`\``,
    },
  ],
}
