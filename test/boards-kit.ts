import { createAdmin } from '../src/auth/admins.ts'
import type { Role } from '../src/env.ts'
import { TEST_PASSWORD, type TestApp } from './helpers/app.ts'

export const ORIGIN = 'http://localhost'

/** What a browser sends and gets of boards. */
export function boardsBrowser(t: Pick<TestApp, 'request' | 'sql'>) {
  const get = (cookie: string, path: string) => t.request(path, { headers: { cookie, accept: 'text/html' } })
  const page = async (cookie: string, path: string): Promise<string> => {
    const response = await get(cookie, path)
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}`)
    return response.text()
  }
  const post = (cookie: string, path: string, fields: Record<string, string> = {}) =>
    t.request(path, {
      method: 'POST',
      headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
  /** An admin with a name, in some tenants. */
  const admin = async (email: string, role: Role, tenants?: string[]): Promise<string> => {
    await createAdmin(t.sql, { email, role, password: TEST_PASSWORD, ...(tenants ? { tenants } : {}) })
    const login = await post('', '/login', { email, password: TEST_PASSWORD })
    return (login.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  }
  const versionOf = async (slug: string): Promise<string> => {
    const [row] = await t.sql<{ version: number }[]>`select version from boards where slug = ${slug}`
    return String(row?.version)
  }
  /** A new board; its address. */
  const make = async (cookie: string, name: string): Promise<string> => {
    const answer = await post(cookie, '/dashboard/boards', { name })
    if (answer.status !== 303) throw new Error(`making “${name}” answered ${answer.status}`)
    return (answer.headers.get('location') ?? '').split('/')[3] ?? ''
  }
  const add = async (cookie: string, slug: string, fields: Record<string, string>) =>
    post(cookie, `/dashboard/boards/${slug}/cards`, { act: 'save', version: await versionOf(slug), ...fields })
  const act = async (cookie: string, slug: string, card: string, name: string, more: Record<string, string> = {}) =>
    post(cookie, `/dashboard/boards/${slug}/cards/${card}/do`, { act: name, version: await versionOf(slug), ...more })
  const cards = async (slug: string): Promise<string[]> => {
    const rows = await t.sql<{ line: string }[]>`
      select c.id || ' ' || c.width || c.height as line from board_cards c join boards b on b.id = c.board_id
      where b.slug = ${slug} order by c.position`
    return rows.map(({ line }) => line)
  }
  return { get, page, post, admin, versionOf, make, add, act, cards }
}
