import type { OwnSession } from '../../src/auth/lucia.ts'
import type { AdminWho } from '../../src/env.ts'
import { NewPasswordField, TextField } from '../parts/auth-fields.tsx'
import { Card, DataTable, Facts, Grid, Moment, TwoLines } from '../parts/index.ts'

type ShownSession = OwnSession & { device: string; current: boolean }

interface AccountProps {
  admin: AdminWho
  sessions: ShownSession[]
}

/** Who one is here, how the dashboard looks, and where one is signed in. */
export const AccountPage = ({ admin, sessions }: AccountProps) => (
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
    <Card id="preferences" title="Preferences" sub="Yours alone, on every device" span={6}>
      <PreferencesForm admin={admin} />
    </Card>
    <Card id="password" title="Password" sub="Changing it ends all other sessions" span={12}>
      <form method="post" action="/dashboard/account/password">
        <TextField label="Current password" name="current" type="password" autocomplete="current-password" required />
        <NewPasswordField label="New password" />
        <button type="submit" class="q-btn">
          Change password
        </button>
      </form>
    </Card>
    <Card
      id="sessions"
      title="Where you are signed in"
      sub="A device you do not know? End its session and change your password."
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

function cellsOf({ id, device, current, ip, createdAt, expiresAt }: ShownSession) {
  return {
    device: <TwoLines title={device} sub={current ? 'This device' : undefined} />,
    address: ip,
    since: <Moment at={createdAt} ago />,
    until: <Moment at={expiresAt} text={`${expiresAt.toISOString().slice(0, 10)}`} />,
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
