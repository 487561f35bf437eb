import type { Child } from 'hono/jsx'
import { momentText } from '../../../src/lib/dates.ts'
import { whyNotSettings } from '../../../src/settings/who.ts'
import { Card } from '../../parts/index.ts'
import type { AdminProps } from '../admin.tsx'
import { ADMINS_PATH } from './invite.tsx'

/** What helps somebody in, and what keeps them out; each says what it does before it is pressed. */
export const AdminActs = ({ data: { admin, sessions }, context }: AdminProps) => {
  const { deps, filters } = context
  const off = whyNotSettings(deps, context.admin)
  const isOwn = context.admin.id === admin.id
  const since = admin.secondSince && momentText(admin.secondSince, filters.today, deps.config.timeZone)
  const offSince = admin.disabledAt && momentText(admin.disabledAt, filters.today, deps.config.timeZone)
  const act = (name: string, label: string, options: { danger?: boolean; off?: string | undefined } = {}) => (
    <Act path={`${ADMINS_PATH}/${admin.id}/${name}`} label={label} {...options} off={off ?? options.off} />
  )
  return (
    <Card id="acts" title="Account" span={6}>
      <Line text={linkText(admin.openLink)}>
        {act('link', 'Make a link', { off: offSince ? 'The account is off.' : undefined })}
      </Line>
      <Line
        text={
          since
            ? `Signs in in two steps since ${since}. Who lost the app and the recovery codes gets in with the password alone again.`
            : 'Signs in with the password alone. A second step is set up by everybody for themselves.'
        }
      >
        {act('one-step', 'Take the second step away', { off: since ? undefined : 'There is none.' })}
      </Line>
      <Line text="Ends all sessions and tokens; the password stays.">
        {act('end-sessions', 'End all sessions', { off: sessions.length > 0 ? undefined : 'There are none.' })}
      </Line>
      {offSince ? (
        <Line text={`Off since ${offSince}: nobody signs in with it.`}>{act('enable', 'Switch on')}</Line>
      ) : (
        <Line text="Switched off, nobody signs in with it; what they did stays in the log, and their keys stay.">
          {act('disable', 'Switch off', {
            danger: true,
            off: isOwn ? 'Your own account is for another owner to switch off.' : undefined,
          })}
        </Line>
      )}
    </Card>
  )
}

const linkText = (open: 'reset' | 'invite' | null): string => {
  if (open === 'invite') return 'Invited, and not signed in yet. A new link ends the one before.'
  if (open === 'reset') return 'A link for a new password is out. A new one ends it.'
  return 'A link at which they choose a new password; the old one holds until then.'
}

const Line = ({ text, children }: { text: string; children?: Child }) => (
  <div class="q-act-line">
    <p class="q-ink-2">{text}</p>
    {children}
  </div>
)

const Act = ({ path, label, danger, off }: { path: string; label: string; danger?: boolean; off?: string }) => (
  <form method="post" action={path}>
    <button type="submit" class={danger ? 'q-btn q-btn-danger' : 'q-btn'} disabled={off !== undefined} title={off}>
      {label}
    </button>
  </form>
)
