import { createAdmin } from '../../src/auth/admins.ts'
import type { Role } from '../../src/env.ts'
import { TEST_PASSWORD, type TestApp } from './app.ts'

/** A browser of somebody: sends forms as browsers do and keeps its cookie. */
export interface Person {
  id: string
  email: string
  cookie: string
  get(path: string): Promise<Response>
  post(path: string, fields?: Record<string, string>): Promise<Response>
  /** Signs in; with a code where one is wanted. Answers the last response. */
  signIn(password?: string, code?: string): Promise<Response>
}

/** An admin with a browser, signed in unless they are told not to. */
export async function person(
  t: TestApp,
  email: string,
  role: Role,
  { tenants, out = false }: { tenants?: string[]; out?: boolean } = {},
): Promise<Person> {
  const { id } = await createAdmin(t.sql, { email, role, password: TEST_PASSWORD, tenants: tenants ?? null })
  const one = browser(t, id, email)
  if (!out) await one.signIn()
  return one
}

/** A browser without anybody in it yet. */
export function browser(t: TestApp, id: string, email: string): Person {
  const headers = () => ({ accept: 'text/html', origin: 'http://localhost', cookie: one.cookie })
  const keep = (response: Response) => {
    const cookie = response.headers.get('set-cookie')?.split(';')[0]
    if (cookie?.includes('session')) one.cookie = cookie
    return response
  }
  const one: Person = {
    id,
    email,
    cookie: '',
    get: (path) => t.request(path, { headers: headers() }),
    post: async (path, fields = {}) =>
      keep(
        await t.request(path, {
          method: 'POST',
          headers: { ...headers(), 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(fields).toString(),
        }),
      ),
    async signIn(password = TEST_PASSWORD, code) {
      const first = await one.post('/login', { email, password, next: '/dashboard/account' })
      if (code === undefined) return first
      return one.post('/login/code', { step: hidden(await first.text(), 'step'), code, next: '/dashboard/account' })
    },
  }
  return one
}

/** The value of a hidden field of a page. */
export function hidden(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
}

/** Makes tenants known, as their facts would. */
export async function tenants({ sql }: TestApp, ...ids: string[]): Promise<void> {
  await sql`
    insert into tenants (tenant_id, created_at, updated_at)
    select id, now(), now() from unnest(${ids}::text[]) id on conflict do nothing`
}
