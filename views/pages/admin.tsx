import { authOf } from '../../src/auth/auth.ts'
import { deviceName } from '../../src/auth/device.ts'
import type { OwnSession } from '../../src/auth/lucia.ts'
import { accessVersion, adminById, type ListedAdmin } from '../../src/auth/manage.ts'
import { requireAllTenants } from '../../src/auth/scope.ts'
import { momentText } from '../../src/lib/dates.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { whyNotSettings } from '../../src/settings/who.ts'
import { Card, DataTable, Field, Grid, Moment, Note, TwoLines } from '../parts/index.ts'
import { AdminActs } from './admin/acts.tsx'
import { ADMINS_PATH, RoleField, TenantsField } from './admin/invite.tsx'

interface Data {
  admin: ListedAdmin
  sessions: OwnSession[]
}

export interface AdminProps {
  data: Data
  context: PageContext
}

/** One admin: what they may, where they are signed in, and how to help or end them. */
export default definePage<Data>({
  path: `${ADMINS_PATH}/:id`,
  under: '/dashboard/settings',
  title: 'Admin',
  group: 'Work',
  order: 83,
  role: 'owner',
  personal: ({ id }) => `${id} ${accessVersion()}`,
  params: ['done', 'bad', 'why', 'name', 'role', 'tenants'],
  filters: 'none',
  load: async ({ deps, admin: asker, param }) => {
    requireAllTenants(asker, 'Admins are')
    // One’s own page has an address that does not hold a number.
    const admin = await adminById(deps, param.id === 'me' ? asker.id : (param.id ?? ''))
    return { admin, sessions: await authOf(deps).sessions.list(admin.id) }
  },
  frame: ({ data: { admin } }) => ({
    title: admin.name ?? admin.email,
    freshness: undefined,
    crumbs: [
      { label: 'Settings', href: '/dashboard/settings' },
      { label: 'Admins', href: ADMINS_PATH },
    ],
  }),
  Live: (props) => (
    <div class="q-flow">
      {props.context.query.done && <Note tone="info">{DONE[props.context.query.done] ?? 'Done.'}</Note>}
      <Grid>
        <AccessCard {...props} />
        <AdminActs {...props} />
        <SessionsCard {...props} />
      </Grid>
    </div>
  ),
})

const DONE: Record<string, string> = {
  change: 'Saved; it holds at once.',
  disable: 'The account is off: sessions and tokens have ended.',
  enable: 'The account is on. A new link lets them in if the password is forgotten.',
  'end-sessions': 'Ended.',
  'one-step': 'The second step is off: they should set it up anew after signing in.',
}

const AccessCard = ({ data: { admin }, context }: AdminProps) => {
  const { deps, query } = context
  const off = whyNotSettings(deps, context.admin)
  const bad = query.bad ?? ''
  const typed = (name: 'name' | 'role' | 'tenants', stored: string) => (bad ? (query[name] ?? '') : stored)
  const own = (name: string) => (bad === name ? query.why : undefined)
  return (
    <Card id="access" title="What they may" sub={admin.email} span={6}>
      <form method="post" action={`${ADMINS_PATH}/${admin.id}/change`} class="q-form">
        <Field id="admin-name" label="Name" wide>
          <input
            class="form-control"
            id="admin-name"
            name="name"
            value={typed('name', admin.name ?? '')}
            autocomplete="off"
            maxlength={100}
          />
        </Field>
        <RoleField id="admin-role" role={typed('role', admin.role)} error={own('role')} />
        <TenantsField
          id="admin-tenants"
          tenants={typed('tenants', admin.tenants?.join(', ') ?? '')}
          error={own('tenants')}
        />
        <p class="q-actions q-form-wide">
          <button type="submit" class="q-btn q-btn-primary" disabled={off !== undefined} title={off}>
            Save
          </button>
          {off && <span class="q-ink-3">{off}</span>}
        </p>
      </form>
    </Card>
  )
}

const SessionsCard = ({ data: { admin, sessions }, context }: AdminProps) => {
  const { deps, filters } = context
  const off = whyNotSettings(deps, context.admin)
  const text = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  return (
    <Card id="admin-sessions" title="Where they are signed in" flush>
      <DataTable
        id="admin-sessions"
        caption="Sessions"
        rowHeight={44}
        empty="Nowhere."
        columns={[
          { key: 'device', label: 'Device', strong: true },
          { key: 'address', label: 'Address', code: true, wide: true },
          { key: 'since', label: 'Signed in' },
          { key: 'end', label: 'End', quiet: true },
        ]}
        rows={sessions.map((session) => ({
          cells: {
            device: (
              <TwoLines
                title={deviceName(session.userAgent)}
                sub={session.id === context.admin.sessionId ? 'This device' : undefined}
              />
            ),
            address: session.ip,
            since: <Moment at={session.createdAt} text={text(session.createdAt)} />,
            end: (
              <form method="post" action={`${ADMINS_PATH}/${admin.id}/sessions/${session.id}/revoke`}>
                <button
                  type="submit"
                  class="q-btn q-btn-small"
                  disabled={off !== undefined}
                  title={off}
                  aria-label={`End the session of ${deviceName(session.userAgent)}`}
                >
                  End
                </button>
              </form>
            ),
          },
        }))}
      />
    </Card>
  )
}
