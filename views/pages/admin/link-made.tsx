import { LIFE_TEXT, type LinkKind } from '../../../src/auth/links.ts'
import { Card, Icon, Note } from '../../parts/index.ts'
import { ADMINS_PATH } from './invite.tsx'

interface LinkMadeProps {
  to: string
  link: string
  kind: LinkKind
  mail: 'off' | 'sent' | 'failed'
}

const MAIL: Record<LinkMadeProps['mail'], string> = {
  off: 'This Quarterdeck sends no mail: hand the link over yourself, on a way that you trust.',
  sent: 'It was mailed as well.',
  failed: 'It could not be mailed: hand it over yourself. The reason is in the log.',
}

/** A link at which somebody chooses a password; shown this once. */
export const LinkMade = ({ to, link, kind, mail }: LinkMadeProps) => (
  <Card id="link" title={`The link for ${to}`} sub={`good once, for ${LIFE_TEXT[kind]}`}>
    <Note tone={mail === 'failed' ? 'warn' : 'info'}>{`It is shown this once. ${MAIL[mail]}`}</Note>
    <div class="q-snippet q-snippet-whole">
      <pre tabindex={0}>{link}</pre>
      <button type="button" class="q-btn q-btn-small" data-action="copy">
        <Icon name="copy" size={14} />
        Copy
      </button>
    </div>
    <p class="q-actions">
      <a class="q-btn" href={ADMINS_PATH}>
        Back to the admins
      </a>
    </p>
  </Card>
)
