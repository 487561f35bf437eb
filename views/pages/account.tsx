import type { OwnSession } from '../../src/auth/lucia.ts'
import type { AdminWho } from '../../src/env.ts'
import { dayLabel } from '../../src/lib/dates.ts'
import { CodeField, NewPasswordField, TextField } from '../parts/auth-fields.tsx'
import { Badge, Card, DataTable, Facts, Grid, Moment, Note, TwoLines } from '../parts/index.ts'

type ShownSession = OwnSession & { device: string; current: boolean }

interface AccountProps {
  admin: AdminWho
  sessions: ShownSession[]
  /** Null = signs in with the password alone. */
  second: { sinceText: string; codesLeft: number } | null
  /** What was just done. */
  done?: string
  wrong?: WrongField
  /** Why nothing of it can be changed here. */
  off?: string
}

/** What is wrong with the form of the password, and at which field. */
export interface WrongField {
  field: 'current' | 'password' | 'off-current' | 'off-code'
  text: string
  status: 422 | 429
}

const DONE: Record<string, string> = {
  password: 'The password is changed; all other sessions have ended.',
  'two-steps-off': 'You sign in with the password alone again.',
}

/** Who one is here, how the dashboard looks, and where one is signed in. */
export const AccountPage = ({ admin, sessions, second, done, wrong, off }: AccountProps) => (
  <div class="q-flow">
    {done && DONE[done] && <Note tone="info">{DONE[done]}</Note>}
    <Grid>
      <Card id="me" title="You" span={6}>
        <Facts
          items={[
            { label: 'Name', value: admin.name ?? '—' },
            { label: 'E-mail', value: admin.email },
            { label: 'Role', value: admin.role },
            { label: 'Tenants', value: admin.tenants ? admin.tenants.join(', ') : 'All' },
          ]}
        />
      </Card>
      <Card id="preferences" title="Preferences" sub="yours alone, on every device" span={6}>
        <PreferencesForm admin={admin} />
      </Card>
      <Card id="password" title="Password" sub="changing it ends all other sessions" span={6}>
        <form method="post" action="/dashboard/account/password">
          <TextField
            label="Current password"
            name="current"
            type="password"
            autocomplete="current-password"
            error={wrong?.field === 'current' ? wrong.text : undefined}
            required
          />
          <NewPasswordField label="New password" error={wrong?.field === 'password' ? wrong.text : undefined} />
          <button type="submit" class="q-btn" disabled={off !== undefined} title={off}>
            Change password
          </button>
        </form>
      </Card>
      <Card
        id="two-steps"
        title="Signing in in two steps"
        span={6}
        tools={second ? <Badge tone="good" text="on" /> : <Badge tone="info" text="off" outline />}
      >
        {second ? <SecondOn second={second} wrong={wrong} off={off} /> : <SecondOff off={off} />}
      </Card>
      <Card
        id="sessions"
        title="Where you are signed in"
        sub="one that you do not know: end it, and change your password"
        tools={sessions.length > 1 && <EndOthers />}
        flush
      >
        <DataTable
          id="sessions"
          caption="Sessions"
          rowHeight={44}
          columns={[
            { key: 'device', label: 'Device', strong: true },
            { key: 'address', label: 'Address', code: true, wide: true },
            { key: 'since', label: 'Signed in' },
            { key: 'until', label: 'Ends unless used', wide: true },
            { key: 'end', label: 'End' },
          ]}
          rows={sessions.map((session) => ({ cells: cellsOf(session) }))}
        />
      </Card>
    </Grid>
  </div>
)

const SecondOff = ({ off }: { off?: string }) => (
  <form method="post" action="/dashboard/account/two-steps">
    <p class="q-ink-2 q-lead">
      After the password an app on your phone is asked for a code: a password that was guessed, read or reused elsewhere
      opens nothing then.
    </p>
    <button type="submit" class="q-btn" disabled={off !== undefined} title={off}>
      Set it up
    </button>
  </form>
)

interface SecondOnProps {
  second: { sinceText: string; codesLeft: number }
  wrong?: WrongField
  off?: string
}

const SecondOn = ({ second: { sinceText, codesLeft }, wrong, off }: SecondOnProps) => (
  <>
    <p class="q-ink-2 q-lead">{`On since ${sinceText}. ${codesLeft} of 10 recovery codes are left.`}</p>
    {codesLeft < 3 && <Note tone="warn">Few recovery codes are left: make new ones before you need them.</Note>}
    <form method="post" action="/dashboard/account/two-steps/codes">
      <button type="submit" class="q-btn" disabled={off !== undefined} title={off}>
        New recovery codes
      </button>
    </form>
    <details class="q-more" open={wrong?.field.startsWith('off-')}>
      <summary>Switch it off</summary>
      <form method="post" action="/dashboard/account/two-steps/off">
        <TextField
          id="off-current"
          label="Password"
          name="current"
          type="password"
          autocomplete="current-password"
          error={wrong?.field === 'off-current' ? wrong.text : undefined}
          required
        />
        <CodeField
          label="Code"
          name="code"
          hint="Of the app, or a recovery code."
          error={wrong?.field === 'off-code' ? wrong.text : undefined}
        />
        <button type="submit" class="q-btn q-btn-danger" disabled={off !== undefined} title={off}>
          Switch off
        </button>
      </form>
    </details>
  </>
)

const PreferencesForm = ({ admin: { preferences } }: { admin: AdminWho }) => (
  <form method="post" action="/dashboard/preferences">
    <div class="q-auth-field">
      <label class="form-label" for="field-theme">
        Theme
      </label>
      <select class="form-select" id="field-theme" name="theme">
        {(['system', 'light', 'dark'] as const).map((theme) => (
          <option value={theme} selected={(preferences.theme ?? 'system') === theme}>
            {{ system: 'As the system', light: 'Light', dark: 'Dark' }[theme]}
          </option>
        ))}
      </select>
    </div>
    <div class="q-auth-field">
      <label class="form-label" for="field-refresh">
        Live parts
      </label>
      <select class="form-select" id="field-refresh" name="refresh">
        <option value="on" selected={preferences.refresh !== false}>
          Refresh by themselves
        </option>
        <option value="off" selected={preferences.refresh === false}>
          Refresh on demand
        </option>
      </select>
    </div>
    <button type="submit" class="q-btn q-btn-primary">
      Save
    </button>
  </form>
)

const EndOthers = () => (
  <form method="post" action="/dashboard/account/sessions/revoke-others">
    <button type="submit" class="q-btn q-btn-small">
      End all others
    </button>
  </form>
)

const isoDay = (at: Date) => at.toISOString().slice(0, 10)

function cellsOf({ id, device, current, ip, createdAt, expiresAt }: ShownSession) {
  return {
    device: <TwoLines title={device} sub={current ? 'This device' : undefined} />,
    address: ip,
    since: <Moment at={createdAt} ago />,
    until: <Moment at={expiresAt} text={dayLabel(isoDay(expiresAt), isoDay(createdAt))} />,
    end: (
      <form method="post" action={`/dashboard/account/sessions/${id}/revoke`}>
        <button
          type="submit"
          class="q-btn q-btn-small"
          aria-label={current ? 'Sign out of this device' : `End the session of ${device}`}
        >
          {current ? 'Sign out' : 'End'}
        </button>
      </form>
    ),
  }
}
