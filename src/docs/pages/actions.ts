import { CONTRACT_PATH } from '../../actions/contract.ts'
import { STATE_PATH } from '../../actions/product/contract.ts'
import { actionsOn } from '../../actions/registry.ts'
import type { SubjectKind } from '../../actions/types.ts'
import type { DocPage } from '../define.ts'

const tableOf = (kind: SubjectKind, caption: string) => ({
  caption,
  head: ['Action', 'Name by API', 'Role', 'Reason'],
  rows: actionsOn(kind).map(({ label, name, role, reason }) => [label, name, role, reason]),
})

export const actions: DocPage = {
  slug: 'actions',
  title: 'Acting on users and the product',
  summary:
    'What can be done with a user, and with the product as a whole; how it is asked for, and what “unknown” means.',
  sections: [
    {
      id: 'list',
      title: 'What can be done',
      text: 'Quarterdeck changes nothing in the product by itself: it asks the product’s own API, and what that answers is what you see. The button first shows what would change, as the product says it; then it takes a reason, and names the act. A run has a page of its own, with an undo where the product offers one.',
      table: () => tableOf('user', 'Actions on users'),
    },
    {
      id: 'product',
      title: 'Flags, maintenance and limits',
      text: `
[Product controls](/dashboard/settings/product) in the settings shows what holds for everybody at once: the feature flags and for whom they are on, maintenance mode with its message, and the rate limits of each plan. The product is the owner of all of it: Quarterdeck keeps no copy, asks \`GET ${CONTRACT_PATH}${STATE_PATH}\` whenever the page is opened, and says so where it gets no answer. A part that your product does not have is left out of its answer, and the card tells that.

A change is an action like any other: it shows first what would change, is written to the audit log, and can be taken back where the product offers it. Turning maintenance mode on asks for a reason, and whoever signed in more than a quarter of an hour ago is asked who they are. Operators may look, owners change. A flag that was set is [marked on the charts](/dashboard/annotations), maintenance mode and limits are as well.

By API it is \`GET /api/product\` and, with the scope \`act\`, \`POST /api/product/actions/:action\`, with a body such as \`{"fields":{"flag":"new_editor","state":"percentage","percentage":50},"dry_run":true}\`. What was changed so far:

\`\`\`sh
curl -sS -u "$KEY:" "$URL/api/product/actions"
\`\`\``,
      table: () => tableOf('product', 'Actions on the product'),
    },
    {
      id: 'states',
      title: 'What became of it',
      text: `
- **done**: the product said so. Nothing is shown as done before.
- **refused**: the product said no, and why. Nothing was changed.
- **not done**: the product was not reached, or does not accept our signature.
- **unknown**: it was asked and did not answer in time, or failed, or answered what nobody understands. It may have been done. It is asked again by itself for an hour, with the same key, and by *Ask again* for a day; the same key does not act twice.

After five failures in a row the product is left alone for half a minute. Each request, each answer and each *Ask again* is a line in the audit log; what was done is in the [activity feed](/dashboard/activity), too.`,
    },
    {
      id: 'connect',
      title: 'Connect your product',
      text: `
Set \`MAIN_APP_URL\` to its address and \`MAIN_APP_SECRET\` to a secret that both sides know; \`MAIN_APP_TIMEOUT_MS\` says how long it may take to answer. The product answers under \`${CONTRACT_PATH}\`; what exactly is in [the contract](/api/main-app-contract.json), as OpenAPI. An action that your product does not have is answered with 404.

A small product that answers all of it comes along, to try it and as a model for your own; its source is in \`src/examples/main-app\`:

\`\`\`sh
quarterdeck example main-app --send-to http://localhost:3000 --key "$KEY"
\`\`\``,
    },
    {
      id: 'impersonate',
      title: 'Being somebody else',
      text: 'Impersonation asks the product for a link that opens once. It is shown on one page, stored nowhere, and what follows is the product’s: it shows a banner, and ends the visit after the minutes you chose. Who asked, when and why is in the audit log. In privacy mode strict there is none.',
    },
    {
      id: 'api',
      title: 'By API',
      text: `
A key with the scope \`act\` does the same by \`POST /api/users/:id/actions/:action\`, with a body such as \`{"reason":"chargeback"}\`. \`dry_run\` shows what would change; with the header \`Idempotency-Key\` a repeated request is done once.

\`\`\`sh
curl -sS -u "$KEY:" "$URL/api/main-app-contract.json"
\`\`\`

200 is done, 202 is not known yet, 409 refused and 502 not done; \`Location\` says where the run can be followed.`,
    },
  ],
}
