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
The first start prints a link, good once and for a day, at which the first owner makes their account. Owners invite further admins under [Settings → Admins](/dashboard/settings/admins): a link, good once and for seven days, at which they choose their own password. The command line makes them too; nobody can register by themselves.

\`\`\`sh
quarterdeck admin create --email you@example.com --role viewer
\`\`\`

- A **viewer** reads every page, makes views and links of their own.
- An **operator** also acts: runs jobs, annotates, makes custom metrics, sends refused facts again.
- An **owner** also configures: keys, thresholds, settings, what is entered by hand.

With \`--tenant ID\` an admin sees those tenants only: no page, export or message tells them of others, and what is set for all tenants together they can read but not change. A tenant of which nothing was ever sent is taken for mistyped. Passwords and sessions are on the [account page](/dashboard/account).`,
    },
    {
      id: 'signing-in',
      title: 'Passwords and two steps',
      text: `
Everybody can set up a second step on the [account page](/dashboard/account): after the password an authenticator app is asked for a code. Each code is good once, and after five wrong ones in a quarter of an hour the account has to wait. Ten recovery codes, shown once, replace the app when it is lost; without them an owner takes the second step away, or whoever runs the server does:

\`\`\`sh
quarterdeck admin reset you@example.com --one-step
\`\`\`

It prints a link at which a new password is chosen, good once and for an hour. “Forgot your password?” mails such a link where mails go out. A new password ends all other sessions and tokens of the account.

What destroys something or hands out power (keys, roles, second steps, actions that take something away, impersonation) asks once more who it is when the last proof is older than a quarter of an hour; what was entered goes on from there.`,
    },
    {
      id: 'audit',
      title: 'The audit log',
      text: `
Each act has a line in the [audit log](/dashboard/audit): who, what, to what, when. It is for owners of all tenants, and for keys with the scope \`act\` at \`/api/audit\` and \`/exports/audit.csv\`. Seconds after they are written lines are sealed into a chain: each holds a hash over itself and the one before it, and the end is signed with \`SECRET_KEY\`. A line that is changed, deleted or put in later breaks the chain there, and is named:

\`\`\`sh
quarterdeck audit verify
quarterdeck audit verify --head 1204:9f3a61c0…
\`\`\`

The end of an empty log is signed as well, so a chain that begins anew is noticed. After a change of \`SECRET_KEY\` verifying names the line where the new key begins, and goes on doing so until you say that it was you: \`quarterdeck audit accept LINE\`.

Who controls database and server could write all of it anew; a head that was noted elsewhere tells of that as well. The text of a line is hashed with a salt of its own: erasing a user erases text and salt, and the chain stays whole.`,
    },
    {
      id: 'api-keys',
      title: 'Keys for programs',
      text: `
A key is shown once and stored as a hash; [Settings → API keys](/dashboard/settings/keys) makes, lists and revokes them, and so does the command line. Its scopes say what it may do: \`read\` reads numbers and rows, \`ingest\` sends facts, \`act\` does what operators do by API, changes thresholds and settings, and reads the audit log.

\`\`\`sh
quarterdeck key create --name grafana --scope read
quarterdeck key list
quarterdeck key revoke ID
\`\`\`

It is sent as \`Authorization: Bearer qd_…\` or as the user of HTTP Basic (\`curl -u "$KEY:"\`). With \`--tenant ID\` it is bound to a tenant, as an admin can be; one that sends may be the first to tell of its tenant. Keys for browsers are public, bound to the origins of your pages, and can only send what a visitor does; [Connect](/dashboard/data/connect) makes both kinds.`,
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
