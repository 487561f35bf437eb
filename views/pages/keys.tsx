import { type ListedKey, listKeys } from '../../src/auth/keys.ts'
import { accessVersion } from '../../src/auth/manage.ts'
import { type ListedPublicKey, listPublicKeys } from '../../src/auth/public-keys.ts'
import { requireAllTenants } from '../../src/auth/scope.ts'
import { cardState } from '../../src/card-state.ts'
import type { Deps } from '../../src/context.ts'
import { momentText } from '../../src/lib/dates.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { whyNotSettings } from '../../src/settings/who.ts'
import { Badge, Card, DataTable, Icon, Note, TwoLines } from '../parts/index.ts'
import { KEYS_PATH, KeyForm } from './keys/form.tsx'

type AnyKey = (ListedKey | ListedPublicKey) & { by: string | null }

interface Props {
  data: Loaded<AnyKey[]>
  context: PageContext
}

/** The keys of programs: what they may, and when they last did. */
export default definePage<Loaded<AnyKey[]>>({
  path: KEYS_PATH,
  under: '/dashboard/settings',
  title: 'API keys',
  group: 'Work',
  order: 84,
  role: 'owner',
  personal: () => String(accessVersion()),
  params: ['done', 'show'],
  filters: 'none',
  load: (context) => {
    requireAllTenants(context.admin, 'Keys are')
    return card(context, 'keys', () => allKeys(context.deps), { key: String(accessVersion()) })
  },
  frame: () => ({
    freshness: undefined,
    crumbs: [{ label: 'Settings', href: '/dashboard/settings' }],
    actions: (
      <a class="q-btn" href="/dashboard/data/connect">
        <Icon name="world" />
        Keys for browsers
      </a>
    ),
  }),
  Live: (props) => (
    <div class="q-flow">
      {props.context.query.done === 'revoked' && (
        <Note tone="info">The key is revoked: all processes refuse it within seconds.</Note>
      )}
      <List {...props} />
      <Card id="key-form" title="Make a key" sub="for a program, a dashboard or a script">
        <KeyForm off={whyNotSettings(props.context.deps, props.context.admin)} />
      </Card>
      <OriginsCard {...props} />
    </div>
  ),
})

/** Whose pages may call the API from a browser: set where Quarterdeck is started, and shown here. */
const OriginsCard = ({ context: { deps } }: Props) => {
  const { corsOrigins } = deps.config
  return (
    <Card
      id="cors"
      title="Other origins (CORS)"
      sub="whose pages may read the API from a browser"
      link={{ label: 'Environment', href: '/dashboard/docs/settings#environment' }}
    >
      {corsOrigins.length === 0 ? (
        <p>None: no page of another origin can read an answer of the API.</p>
      ) : (
        <ul class="q-plain-list">
          {corsOrigins.map((origin) => (
            <li>
              <code class="q-code">{origin}</code>
            </li>
          ))}
        </ul>
      )}
      <p class="form-hint">
        Set by CORS_ORIGINS in the environment; a change needs a restart. Such a page reads with a key (GET and HEAD of
        /api), never with the cookie of an admin, and changes nothing.
      </p>
    </Card>
  )
}

async function allKeys({ db: { sql } }: Deps): Promise<AnyKey[]> {
  const [keys, publicKeys, admins] = await Promise.all([
    listKeys(sql),
    listPublicKeys(sql),
    sql<{ id: string; email: string }[]>`select id, email from admins`,
  ])
  const emails = new Map(admins.map(({ id, email }) => [id, email]))
  return [...keys, ...publicKeys]
    .map((key) => ({ ...key, by: key.createdBy && (emails.get(key.createdBy) ?? key.createdBy) }))
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
}

/** Why a key opens nothing any more; undefined = it does. */
function endOf(key: AnyKey, now: Date): 'revoked' | 'expired' | undefined {
  if (key.revokedAt) return 'revoked'
  return 'expiresAt' in key && key.expiresAt && key.expiresAt <= now ? 'expired' : undefined
}

const List = ({ data, context }: Props) => {
  const { deps, query, href } = context
  const all = shownOf(data) ?? []
  const living = all.filter((key) => !endOf(key, deps.now()))
  const ended = all.length - living.length
  const showsAll = query.show === 'all'
  const text = (n: number) => `${n} ${n === 1 ? 'key has' : 'keys have'} ended`
  return (
    <Card id="keys" title="Keys" flush state={cardState(data, deps.now())}>
      <DataTable
        id="keys"
        caption="API keys"
        rowHeight={44}
        empty="No key yet: make the first one below."
        columns={[
          { key: 'name', label: 'Key', strong: true },
          { key: 'scopes', label: 'May' },
          { key: 'tenants', label: 'Tenants', wide: true },
          { key: 'made', label: 'Made', muted: true, wide: true },
          { key: 'used', label: 'Last used' },
          { key: 'end', label: 'Revoke', quiet: true },
        ]}
        rows={(showsAll ? all : living).map((key) => rowOf(context, key))}
        note={
          ended === 0 ? undefined : (
            <>
              {`${text(ended)}. `}
              <a href={href({ query: { show: showsAll ? '' : 'all', done: '' } })}>
                {showsAll ? 'Hide them' : 'Show them'}
              </a>
            </>
          )
        }
      />
    </Card>
  )
}

function rowOf({ deps, admin, filters }: PageContext, key: AnyKey) {
  const off = whyNotSettings(deps, admin)
  const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  const ended = endOf(key, deps.now())
  const expires = 'expiresAt' in key && key.expiresAt ? `, until ${moment(key.expiresAt)}` : ''
  return {
    id: `key-${key.id}`,
    cells: {
      name: <TwoLines title={key.name} sub={'hint' in key ? `…${key.hint}` : key.origins.join(', ')} />,
      scopes: 'scopes' in key ? key.scopes.join(', ') : 'send from browsers',
      tenants: key.tenants ? key.tenants.join(', ') : 'all',
      made: <TwoLines title={`${moment(key.createdAt)}${expires}`} sub={key.by ?? undefined} />,
      used: key.lastUsedAt ? moment(key.lastUsedAt) : <span class="q-ink-3">never</span>,
      end: ended ? (
        <Badge tone="stale" text={ended} />
      ) : (
        <form method="post" action={`${KEYS_PATH}/${key.id}/revoke`}>
          <button
            type="submit"
            class="q-btn q-btn-small"
            disabled={off !== undefined}
            title={off}
            aria-label={`Revoke ${key.name}`}
          >
            Revoke
          </button>
        </form>
      ),
    },
  }
}
