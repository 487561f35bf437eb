import type { Mail } from '../../../src/email/read.ts'
import { Card, Note } from '../../parts/index.ts'

/** What one mail says. */
export const MailWords = ({ mail }: { mail: Mail }) => (
  <div class="q-flow">
    <Note tone="info">That you read this mail is in the audit log.</Note>
    <Card id="email-words" title={mail.subject ?? `E-mail ${mail.id}`} sub={`to ${mail.recipient}`}>
      <pre class="q-mail-text" tabindex={0}>
        {mail.text}
      </pre>
    </Card>
  </div>
)
