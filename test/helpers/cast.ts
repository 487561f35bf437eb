import { createAdmin } from '../../src/auth/admins.ts'
import { type AdminWho, KEY_SCOPES, type KeyWho, ROLES, type Who } from '../../src/env.ts'
import { TEST_PASSWORD, type TestApp } from './app.ts'

/** A header for each kind of asker, and who that is for the rules. */
export type Cast = Record<string, { headers: Record<string, string>; who: Who | null }>

const ORIGIN = 'http://localhost'

/** A stranger, an admin of each role, a key of each scope, a token of each role. */
export async function makeCast(t: TestApp): Promise<Cast> {
  const cast: Cast = { nobody: { headers: {}, who: null } }
  for (const role of ROLES)
    cast[role] = { headers: { cookie: await t.admin(role), origin: ORIGIN }, who: adminWho(role) }
  for (const scope of KEY_SCOPES)
    cast[`${scope} key`] = { headers: { authorization: `Bearer ${await t.key([scope])}` }, who: keyWho(scope) }
  for (const role of ROLES)
    cast[`${role} token`] = { headers: { authorization: `Bearer ${await token(t, role)}` }, who: tokenWho(role) }
  return cast
}

export const adminWho = (role: AdminWho['role']) => ({ kind: 'admin', role }) as AdminWho
export const keyWho = (scope: KeyWho['scopes'][number]) => ({ kind: 'key', scopes: [scope] }) as KeyWho

const tokenWho = (role: AdminWho['role']) =>
  ({ kind: 'key', scopes: role === 'viewer' ? ['read'] : ['read', 'act'], role }) as KeyWho

/** What a program gets that signs in with the password of an admin of the role. */
async function token(t: TestApp, role: AdminWho['role']): Promise<string> {
  const email = `${role}-token@example.com`
  await createAdmin(t.deps.db.sql, { email, password: TEST_PASSWORD, role })
  const response = await t.request('/api/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: TEST_PASSWORD }),
  })
  return ((await response.json()) as { token: string }).token
}

/** Doors: they ask for their key themselves. */
export const OWN_KEY = /^POST \/(v1\/(?!vitals$)\w+|(batch|capture|e|i\/v0\/e|i\/v0\/ai\/batch)\/?)$/
