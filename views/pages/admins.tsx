import { accessVersion, type ListedAdmin, listAdmins } from '../../src/auth/manage.ts'
import { requireAllTenants } from '../../src/auth/scope.ts'
import { cardState } from '../../src/card-state.ts'
import { momentText } from '../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { whyNotSettings } from '../../src/settings/who.ts'
import { Badge, Card, DataTable, Icon, TwoLines } from '../parts/index.ts'
import { ADMINS_PATH, InviteForm } from './admin/invite.tsx'

interface Props {
  data: Loaded<ListedAdmin[]>
  context: PageContext
}

/** Who may sign in, and as what. */
export default definePage<Loaded<ListedAdmin[]>>({
  path: ADMINS_PATH,
  under: '/dashboard/settings',
  title: 'Admins',
  group: 'Work',
  order: 82,
  role: 'owner',
  personal: () => String(accessVersion()),
  filters: 'none',
  load: (context) => {
    requireAllTenants(context.admin, 'Admins are')
    return card(context, 'admins', () => listAdmins(context.deps), { key: String(accessVersion()) })
  },
  frame: () => ({
    freshness: undefined,
    crumbs: [{ label: 'Settings', href: '/dashboard/settings' }],
    actions: (
      <a class="q-btn" href="/dashboard/audit?action=admin">
        <Icon name="shield-check" />
        Who changed what
      </a>
    ),
  }),
  Live: (props) => (
    <div class="q-flow">
      <List {...props} />
      <Card id="invite" title="Invite an admin" sub="they choose their own password, by a link that is good once">
        <InviteForm off={whyNotSettings(props.context.deps, props.context.admin)} />
      </Card>
    </div>
  ),
})

const List = ({ data, context }: Props) => {
  const { deps, admin, filters } = context
  const all = shownOf(data) ?? []
  const { timeZone } = deps.config
  const oneStep = all.filter(({ disabledAt, secondSince }) => !disabledAt && !secondSince).length
  return (
    <Card id="admins" title="Admins" flush state={cardState(data, deps.now())}>
      <DataTable
        id="admins"
        caption="Admins"
        rowHeight={44}
        columns={[
          { key: 'who', label: 'Who', strong: true },
          { key: 'role', label: 'Role' },
          { key: 'tenants', label: 'Tenants', wide: true },
          { key: 'second', label: 'Two steps' },
          { key: 'sessions', label: 'Sessions', number: true, wide: true },
          { key: 'last', label: 'Last sign-in', muted: true, wide: true },
        ]}
        rows={all.map((one) => ({
          id: `admin-${one.id}`,
          href: `${ADMINS_PATH}/${one.id}`,
          cells: {
            who: <TwoLines title={one.name ?? one.email} sub={whoText(one, admin.id)} />,
            role: one.disabledAt ? <Badge tone="stale" text="off" /> : one.role,
            tenants: one.tenants ? one.tenants.join(', ') : 'all',
            second: one.secondSince ? 'on' : <span class="q-ink-3">off</span>,
            sessions: String(one.sessions),
            last: one.lastSignIn
              ? momentText(one.lastSignIn, filters.today, timeZone)
              : one.openLink === 'invite'
                ? 'invited'
                : 'never',
          },
        }))}
        note={oneStep > 0 ? `${oneStep} of ${all.length} sign in with a password alone` : 'all sign in in two steps'}
      />
    </Card>
  )
}

const whoText = ({ id, name, email }: ListedAdmin, own: string): string =>
  [name === null ? undefined : email, id === own ? 'you' : undefined].filter(Boolean).join(', ')
