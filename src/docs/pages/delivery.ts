import { channelKinds } from '../../delivery/channels/index.ts'
import type { DocPage } from '../define.ts'

export const delivery: DocPage = {
  slug: 'delivery',
  title: 'Channels and e-mail',
  summary: 'Where alerts are sent, what happens when that fails, and mails to one user.',
  sections: [
    {
      id: 'channels',
      title: 'Channels',
      text: 'Owners make [channels](/dashboard/settings/channels); operators test them. Secrets are kept encrypted and are never shown again. A webhook reaches no address of this machine or of a private network unless `ALLOW_PRIVATE_WEBHOOKS=1`; what a name stands for is checked at each connection.',
      table: () => ({
        caption: 'Kinds of channels',
        head: ['Kind', 'What it is', 'What it asks for'],
        rows: channelKinds.map(({ kind, doc, fields }) => [kind, doc, fields.map(({ label }) => label).join(', ')]),
        code: true,
      }),
    },
    {
      id: 'webhook',
      title: 'Verifying a webhook',
      text: `
The body is JSON: \`type\` (\`alert.firing\`, \`alert.resolved\`, \`test\`, \`canary\`), \`timestamp\`, and \`data\` with \`dedupe_key\`, \`severity\`, \`title\`, \`text\` and \`link\`. It is signed as the specification Standard Webhooks has it, whose libraries verify it: \`webhook-signature\` is \`v1,\` and the Base64 of HMAC-SHA256 over \`webhook-id\`, \`webhook-timestamp\` and the body, joined by dots. After \`whsec_\` a secret is Base64, any other is taken as it is. A repeated attempt has the same \`webhook-id\`.`,
    },
    {
      id: 'outbox',
      title: 'What happens when it fails',
      text: `
Each notice is written to an outbox in the transaction that caused it, and sent at least once to each channel: after a crash it may come twice, with the same \`dedupe_key\`, \`webhook-id\` and Message-ID. What fails for now (no answer, HTTP 408, 425, 429 and 5xx, SMTP 4xx) is tried again, after ten seconds at first and then twice as long each time up to an hour, for three days. What is refused for good (any other HTTP status, SMTP 5xx) takes the channel out of use: its page says why, the other channels tell of it, and what is meant for it waits until an owner mends it. Where nothing goes through a channel for 15 minutes though it refuses nothing, and where a notice is given up, the others tell of that too. When the channel delivers again, or is switched on again, what it missed in the last seven days is sent.

A canary is a test that takes the same way every so many hours. With \`DEADMAN_URL\` a service outside is told each minute that alerts are evaluated and delivered: the jobs behind them ran well, no notice of a channel in use waits for longer than 15 minutes, and the last canaries came through. It raises the alarm when it hears nothing.`,
    },
    {
      id: 'email',
      title: 'A mail to one user',
      text: `
Operators write to one user under [E-mails](/dashboard/emails), where each mail is shown before it is sent; programs with \`POST /api/emails/send\`, naming \`user\`, \`subject\`, \`text\` and, so that a repeated call is the same mail, an \`id\` of their own. Who unsubscribed gets none. What a mail says is for operators and for keys with the scope \`act\`, and who reads it is in the audit log; others see to whom it went and what became of it. Without \`SMTP_URL\` mails are kept and can be read.`,
    },
  ],
}
