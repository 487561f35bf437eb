import { CodeField, FormError } from '../parts/auth-fields.tsx'
import { Card, Icon, Note } from '../parts/index.ts'

interface TwoStepsProps {
  qr: { size: number; path: string }
  /** For who cannot scan. */
  secret: string
  uri: string
  /** The secret as the form carries it. */
  sealed: string
  error?: string
}

/** The secret goes into the app, and a code of the app comes back. */
export const TwoStepsPage = ({ qr, secret, uri, sealed, error }: TwoStepsProps) => (
  <Card id="two-steps" title="Add Quarterdeck to your authenticator app">
    <div class="q-totp">
      <svg class="q-qr" viewBox={`0 0 ${qr.size} ${qr.size}`} role="img" aria-label="QR code for the authenticator app">
        <path d={qr.path} fill="currentColor" />
      </svg>
      <div>
        <p class="q-ink-2 q-lead">
          Scan the code with any app for one-time codes (Aegis, 1Password, Google Authenticator …), then enter what it
          shows. From then on each sign-in asks for such a code after the password.
        </p>
        <p class="q-ink-2 q-lead">
          Cannot scan? Open <a href={uri}>this link</a> on the device, or enter <code>{spaced(secret)}</code> by hand.
        </p>
        <form method="post" action="/dashboard/account/two-steps/on">
          <input type="hidden" name="sealed" value={sealed} />
          <FormError text={error} />
          <CodeField label="Code of the app" name="code" only="app" autofocus />
          <p class="q-actions">
            <button type="submit" class="q-btn q-btn-primary">
              Switch on
            </button>
            <a class="q-btn" href="/dashboard/account">
              Leave it
            </a>
          </p>
        </form>
      </div>
    </div>
  </Card>
)

const spaced = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ')

/** What opens the account when the device is lost; shown this once. */
export const CodesPage = ({ codes }: { codes: string[] }) => (
  <Card id="codes" title="Your recovery codes" sub="each is good once, in place of a code of the app">
    <Note tone="warn">
      They are shown this once, and stored as hashes. Print them, or keep them where the password is not.
    </Note>
    <div class="q-snippet q-snippet-whole">
      <pre tabindex={0}>{codes.join('\n')}</pre>
      <button type="button" class="q-btn q-btn-small" data-action="copy">
        <Icon name="copy" size={14} />
        Copy
      </button>
    </div>
    <p class="q-actions">
      <a class="q-btn q-btn-primary" href="/dashboard/account">
        I have kept them
      </a>
    </p>
  </Card>
)
