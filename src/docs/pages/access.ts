import type { DocPage } from '../define.ts'
import { changesMatrix } from '../rules.ts'

export const access: DocPage = {
  slug: 'access',
  title: 'Access, roles and keys',
  summary: 'Who may sign in, what each role may do, and how programs get in.',
  sections: [
    {
      id: 'admins',
      title: 'Admins',
      text: `
The first start prints a link, good once and for a day, at which the first owner makes their account. Further admins are made at the command line; nobody can register by themselves.

\`\`\`sh
quarterdeck admin create --email you@example.com --role viewer
\`\`\`

- A **viewer** reads every page, makes views and links of their own.
- An **operator** also acts: runs jobs, annotates, makes custom metrics, sends refused facts again.
- An **owner** also configures: keys, thresholds, settings, what is entered by hand.

With \`--tenant ID\` an admin sees those tenants only: no page, export or message tells them of others, and what is set for all tenants together they can read but not change. Passwords and sessions are on the [account page](/dashboard/account).`,
    },
    {
      id: 'api-keys',
      title: 'Keys for programs',
      text: `
A key is printed once and stored as a hash. Its scopes say what it may do: \`read\` reads numbers and rows, \`ingest\` sends facts, \`act\` does what operators do by API, and changes thresholds and settings.

\`\`\`sh
quarterdeck key create --name grafana --scope read
quarterdeck key list
quarterdeck key revoke ID
\`\`\`

It is sent as \`Authorization: Bearer qd_…\` or as the user of HTTP Basic (\`curl -u "$KEY:"\`). With \`--tenant ID\` it is bound to a tenant, as an admin can be. Keys for browsers are public, bound to the origins of your pages, and can only send what a visitor does; [Connect](/dashboard/data/connect) makes both kinds.`,
    },
    {
      id: 'matrix',
      title: 'Who may change what',
      text: 'Every address that changes something, with the roles that may use it and whether a key with the scope `act` may. Read-only mode (`READ_ONLY=1`) blocks all of them but sign-in, one’s own preferences and views, links that only read, and the doors of facts.',
      table: ({ rules }) => ({
        caption: 'Addresses that change something',
        head: ['Address', 'Viewer', 'Operator', 'Owner', 'Key that acts'],
        rows: changesMatrix(rules),
        code: true,
      }),
    },
  ],
}
