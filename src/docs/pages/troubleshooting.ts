import type { DocPage } from '../define.ts'

export const troubleshooting: DocPage = {
  slug: 'troubleshooting',
  title: 'Troubleshooting',
  summary: 'What to look at when something is missing, old or refused.',
  sections: [
    {
      id: 'empty',
      title: 'A card is empty',
      text: `
It says which door fills it, with a call that can be copied. If facts were sent:

- [Data](/dashboard/data) shows what each door took in the last minutes, and what was refused with the reason.
- A fact in the past shows on its own day: look at the range of the filter bar.
- A tenant, plan or segment in the filter bar may leave nothing.
- Money in another currency than \`CURRENCY\` counts once there is a rate for it: [Rates](/dashboard/rates).`,
    },
    {
      id: 'old',
      title: 'A number is old or does not agree',
      text: `
- “stale” or “degraded” gives the reason; the foot of the rail lists the sources with their states.
- “Distinct users” of a range are not the sum of its days: [how a range is totalled](/dashboard/docs/reading#kinds).
- The SQL button on a metric’s page shows what computed it; \`quarterdeck db url\` prints an address for psql.
- After old facts were imported, or a definition changed: [backfill](/dashboard/docs/backfill).`,
    },
    {
      id: 'refused',
      title: 'A program is refused',
      text: `
- **401**: the key is unknown, expired or revoked, or was not sent.
- **403**: the key lacks a scope or is bound to tenants; the answer says which. With \`READ_ONLY=1\` nothing can be changed.
- **413**: the body is over \`INGEST_BODY_LIMIT\`, or a batch over \`INGEST_BATCH_LIMIT\`.
- **422**: something in the query or the body cannot be; the answer names it.
- **429**: more than \`INGEST_RATE_LIMIT\` requests a second; \`Retry-After\` says when to come back.
- **503**: the database does not answer, and nothing was stored: send it again.

Every answer has an \`X-Request-Id\`, which is in the log too.`,
    },
    {
      id: 'start',
      title: 'It does not start',
      text: `
A start with bad settings names every problem at once. A setting that seems to do nothing may be misspelt: the log tells of names that nobody reads. \`/healthz\` says that the process lives, \`/readyz\` that its database answers.

\`\`\`sh
curl -sS "$URL/readyz"
quarterdeck migrate
\`\`\``,
    },
  ],
}
