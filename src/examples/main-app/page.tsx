import type { Child } from 'hono/jsx'
import type { AppUser, Store, Visit } from './store.ts'

const SHOWN = 60

/** Everybody the product has, those first who were acted on last; or, to who came by a link, one user’s own page. */
export const HomePage = (props: { store: Store; name: string; visit: Visit | undefined; search: string }) => {
  const { store, name, visit, search } = props
  const user = visit && store.users.get(visit.userId)
  return (
    <Page title={name}>
      {store.config.maintenance.on && <p class="banner">{`Maintenance: ${store.config.maintenance.message}`}</p>}
      {visit && user ? <OwnPage store={store} user={user} visit={visit} /> : <UserList store={store} search={search} />}
    </Page>
  )
}

/** A link that was opened before, or too late. */
export const LinkGone = ({ name }: { name: string }) => (
  <Page title={name}>
    <p>This link has been opened already, or is too old. Ask for another one.</p>
  </Page>
)

const Page = ({ title, children }: { title: string; children?: Child }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{title}</title>
      <link rel="stylesheet" href="/style.css" />
    </head>
    <body>
      <main>
        <h1>{title}</h1>
        {children}
      </main>
    </body>
  </html>
)

const OwnPage = ({ store, user, visit }: { store: Store; user: AppUser; visit: Visit }) => (
  <>
    <form class="banner" method="post" action="/leave">
      <span>
        {`${visit.by} is here as ${user.email || user.id}, until ${new Date(visit.endsMs).toISOString().slice(11, 16)} UTC. What is done is done in their name.`}
      </span>
      <button type="submit">Leave</button>
    </form>
    <h2>{`Hello, ${user.username || user.email}`}</h2>
    <p>
      {`Plan ${user.plan}, `}
      <Status user={user} />
    </p>
    <ul>
      {(store.builds.get(user.id) ?? []).map((build) => (
        <li>{`${build.kind} ${build.id}: ${build.status}, attempt ${build.attempt}${build.error ? `, ${build.error}` : ''}`}</li>
      ))}
    </ul>
  </>
)

const UserList = ({ store, search }: { store: Store; search: string }) => {
  const wanted = search.toLowerCase()
  const touched = [...store.touched].reverse().flatMap((id) => store.users.get(id) ?? [])
  const rest = [...store.users.values()].filter(({ id }) => !store.touched.has(id))
  const found = [...touched, ...rest].filter(({ id, email }) => `${id} ${email}`.toLowerCase().includes(wanted))
  return (
    <>
      <p>A product that Quarterdeck acts on. It keeps what it knows in memory.</p>
      <form method="get" action="/">
        <input type="search" name="q" value={search} aria-label="E-mail or id" placeholder="E-mail or id" />
        <button type="submit">Find</button>
      </form>
      <table>
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">Plan</th>
            <th scope="col">Status</th>
            <th scope="col">Last build</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, SHOWN).map((user) => (
            <tr>
              <td>
                {user.email || '—'}
                <small>{user.id}</small>
              </td>
              <td>{user.plan}</td>
              <td>
                <Status user={user} />
              </td>
              <td>{lastBuild(store, user)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Flags store={store} />
      <p>{found.length > SHOWN ? `${SHOWN} of ${found.length} users` : `${found.length} users`}</p>
    </>
  )
}

const Flags = ({ store: { config } }: { store: Store }) => (
  <p>
    {'Features: '}
    {config.flags.map(({ label, state, percentage }) => (
      <>
        <b
          class={state === 'off' ? 'off' : 'on'}
        >{`${label} ${percentage === undefined ? state : `${percentage}%`}`}</b>{' '}
      </>
    ))}
  </p>
)

const Status = ({ user: { status } }: { user: AppUser }) => <b class={status === 'active' ? 'on' : 'off'}>{status}</b>

function lastBuild(store: Store, { id }: AppUser): string {
  const [build] = store.builds.get(id) ?? []
  return build ? `${build.kind} ${build.status}, attempt ${build.attempt}` : '—'
}

export const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
main { max-width: 960px; margin: 24px auto; padding: 0 16px; overflow-x: auto; }
h1 { font-size: 20px; }
h2 { font-size: 16px; }
form { display: flex; gap: 8px; margin: 16px 0; }
input, button { font: inherit; padding: 4px 10px; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); text-align: left; }
small { display: block; opacity: 0.7; }
.on { color: light-dark(#0f6b47, #4cc790); }
.off { color: light-dark(#b4232a, #ff8480); }
.banner { position: sticky; top: 0; align-items: center; justify-content: space-between; padding: 10px 14px; background: #8a2f00; color: #fff; }
`
