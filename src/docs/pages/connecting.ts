import { factKinds } from '../../facts/index.ts'
import type { DocPage } from '../define.ts'

export const connecting: DocPage = {
  slug: 'connecting',
  title: 'Connecting data',
  summary: 'The doors of facts, and what Quarterdeck reads by itself.',
  sections: [
    {
      id: 'doors',
      title: 'Doors',
      text: `
[Connect](/dashboard/data/connect) has what to paste, with this installation’s address and a key made on the spot.

- Segment clients: change the host, use a key as write key.
- PostHog clients: likewise.
- OpenTelemetry: spans with \`gen_ai.*\` become AI calls, server spans API calls.
- Browsers: one script and a public key.
- Webhooks of Stripe, Paystack and Brevo.
- Your database or API, by presets: a folder with a SELECT for each kind of fact.
- Files, with \`quarterdeck import\`.

\`\`\`sh
curl -sS -u "$KEY:" "$URL/ingest/events" -H 'Content-Type: application/json' -d '[{ "id": "evt_1", "name": "project_created", "user_id": "u_1" }]'
quarterdeck import FILE --kind api-calls --map map.json
quarterdeck connect check hivesync --rows
\`\`\`

An answer of 200 means that the facts are stored. A fact with an id seen before changes nothing; a bad one never costs its neighbours: it waits on the [Data page](/dashboard/data) with its reason, to be mended and sent again.`,
    },
    {
      id: 'kinds',
      title: 'Kinds of facts',
      text: 'Each has a typed door `POST /ingest/<kind>`, which takes a JSON array or NDJSON.',
      table: () => ({
        caption: 'Kinds of facts',
        head: ['Kind', 'Is'],
        rows: Object.values(factKinds).map(({ path, doc }) => [path, doc]),
        code: true,
      }),
    },
    {
      id: 'sources',
      title: 'What is read',
      text: 'Redis (online users, queues, workers), log files, NATS, probes of your addresses, the product’s database: each is optional, set in the [environment](/dashboard/docs/settings#environment), and has its own state on the Data page. One that is away marks its own cards and nothing else.',
    },
  ],
}
