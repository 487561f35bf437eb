/** A way to connect a product: what to paste, and where. */
export interface Snippet {
  id: string
  title: string
  text: string
  code: string
  /** Which key the code holds; none = a setting of Quarterdeck's own. */
  key?: 'server' | 'public'
}

export interface SnippetKeys {
  /** Where browsers and programs reach us. */
  url: string
  /** Shown where no key was made just now. */
  server: string
  public: string
}

/** Everything that can be connected, with the host of this very installation. */
export const snippets = ({ url, server, public: publicKey }: SnippetKeys): Snippet[] => [
  {
    id: 'segment',
    title: 'Segment client',
    key: 'server',
    text: 'Change the host of the client you have, and use the key as its write key.',
    code: `import { Analytics } from '@segment/analytics-node'\nconst analytics = new Analytics({ writeKey: '${server}', host: '${url}' })`,
  },
  {
    id: 'posthog',
    title: 'PostHog client',
    key: 'server',
    text: 'Change the host and the key. Feature flags answer empty.',
    code: `import { PostHog } from 'posthog-node'\nconst posthog = new PostHog('${server}', { host: '${url}' })`,
  },
  {
    id: 'otlp',
    title: 'OpenTelemetry',
    key: 'server',
    text: 'Spans with gen_ai.* attributes become AI calls, other server spans API calls.',
    code: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${url}/v1/traces\nOTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf\nOTEL_EXPORTER_OTLP_TRACES_HEADERS=Authorization=Bearer%20${server}`,
  },
  {
    id: 'browser',
    title: 'In the browser',
    key: 'public',
    text: 'Page views, web vitals, clicks on [data-track], form abandonment and errors; no cookies. The key is public and bound to your pages’ origins.',
    code: `<script defer src="${url}/q.js" data-key="${publicKey}"></script>`,
  },
  {
    id: 'typed',
    title: 'Anything else, by HTTP',
    key: 'server',
    text: 'One schema for each kind of fact, as a JSON array or NDJSON.',
    code: `curl ${url}/ingest/events -H 'Authorization: Bearer ${server}' \\\n  -H 'Content-Type: application/json' \\\n  -d '[{ "id": "evt_1", "name": "project_created", "user_id": "u_1" }]'`,
  },
  {
    id: 'stripe',
    title: 'Stripe, Paystack, Brevo',
    text: 'Enter the address as a webhook there, and its secret as a setting here.',
    code: `${url}/webhooks/stripe      STRIPE_WEBHOOK_SECRET=whsec_…\n${url}/webhooks/paystack    PAYSTACK_SECRET_KEY=sk_…\n${url}/webhooks/brevo       BREVO_WEBHOOK_TOKEN=…`,
  },
  {
    id: 'sql',
    title: 'Your own Postgres',
    text: 'A read-only connection and a preset: a folder of SELECTs. Check it before you start.',
    code: 'SOURCE_DATABASE_URL=postgres://readonly:…@db.example.com/product\nPRESET=hivesync\n\nnpx quarterdeck connect check --rows',
  },
  {
    id: 'live',
    title: 'Redis, logs, probes, NATS',
    text: 'Settings of the process; each is a source with a state of its own.',
    code: 'REDIS_URL=redis://…\nLOG_FILES=/data/logs/ai-events.log,/data/logs/preview.log\nPROBE_URLS=https://example.com/health\nNATS_URL=http://nats.example.com:8222',
  },
]
