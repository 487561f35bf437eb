import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.tsx'
import { refreshUserStats } from '../src/users/stats.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { NOW } from './segments-fixture.ts'
import { fillUsers } from './users-fixture.ts'

const ORIGIN = 'http://localhost'
let t: TestApp
let viewer: string
let operator: string
beforeAll(async () => {
  t = await testApp({ now: NOW })
  await fillUsers(t.sql)
  await refreshUserStats(t.deps)
  viewer = await t.admin('viewer')
  operator = await t.admin('operator')
})
afterAll(() => t.close())

const page = async (path: string, cookie = operator) => {
  const answer = await t.request(path, { headers: { cookie, accept: 'text/html' } })
  expect(answer.status).toBe(200)
  return answer.text()
}
const post = (path: string, cookie: string, fields: [string, string][], app: Pick<TestApp['app'], 'request'> = t.app) =>
  app.request(`${ORIGIN}${path}`, {
    method: 'POST',
    headers: { cookie, origin: ORIGIN, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const usersOf = async (tab: string, more = '') => {
  const headers = { authorization: `Bearer ${await t.key(['read'])}`, accept: 'application/json' }
  const answer = await t.request(`/api/users?tab=${tab}&sort=name${more}`, { headers })
  const { users, total } = (await answer.json()) as { users: { user_id: string }[]; total: number }
  return { total, ids: users.map(({ user_id }) => user_id) }
}

describe('parts of the list', () => {
  it('are who is at risk, as the Health page lists them, and who is near a limit of their plan', async () => {
    // 31.5 points; bob and dia were never scored.
    expect(await usersOf('at-risk')).toEqual({ total: 1, ids: ['cem'] })
    // Seven of eight AI calls this month.
    expect(await usersOf('near-limit')).toEqual({ total: 1, ids: ['ann'] })
    const html = await page('/dashboard/users?tab=near-limit')
    expect(html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toContain(
      'Suspended 1 At risk or churning 1 Near a limit 1',
    )
    expect(html).toContain('ann@x.example')
    expect(html).not.toContain('cem@x.example')
  })

  it('follow what changes: a limit of jobs by their kind, a user who has gone already', async () => {
    await t.sql`update plans set limits = '{"ai_calls": 9, "builds": 5, "seats": 1, "odd": "many"}' where plan_id = 'pro'`
    await t.sql`update user_health set stage = 'lapsed' where user_id = 'cem'`
    await t.sql`insert into dirty_user_stats select user_id from users`
    await refreshUserStats(t.deps)
    // Four builds, one of them by an id that turned out to be hers; seven of nine calls are not 80 %.
    expect(await usersOf('near-limit')).toEqual({ total: 1, ids: ['ann'] })
    expect(await usersOf('at-risk')).toEqual({ total: 0, ids: [] })
    await t.sql`update plans set limits = '[]' where plan_id = 'pro'`
    await t.sql`insert into dirty_user_stats select user_id from users`
    await refreshUserStats(t.deps)
    expect(await usersOf('near-limit')).toEqual({ total: 0, ids: [] })
  })
})

describe('the columns of the list', () => {
  const heads = (html: string) =>
    [...html.matchAll(/<th scope="col"[^>]*>([\s\S]*?)<\/th>/g)]
      .map(([, cell]) => cell!.replace(/<[^>]+>/g, '').trim())
      .filter(Boolean)

  it('are each admin’s own, kept with them; the user is always there', async () => {
    const standard = heads(await page('/dashboard/users', viewer))
    expect(standard).toContain('MRR')
    const saved = await post('/dashboard/preferences', viewer, [
      ['column.plan', 'on'],
      ['column.seen', 'on'],
      ['column.nonsense', 'on'],
      ['columns', 'users'],
      ['back', '/dashboard/users?tab=free'],
    ])
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/dashboard/users?tab=free'])
    const html = await page('/dashboard/users', viewer)
    expect(heads(html)).toEqual(['User', 'Plan', 'Last seen'])
    expect(html).toMatch(/name="column\.plan"[^>]*checked/)
    expect(html).not.toMatch(/name="column\.mrr"[^>]*checked/)
    // What was chosen the phone shows, too.
    expect(/<th scope="col" class="([^"]*)"[^>]*>Plan/.exec(html)?.[1] ?? '').not.toContain('q-wide')
    expect(heads(await page('/dashboard/users', operator))).toEqual(standard)
    await post('/dashboard/preferences', viewer, [
      ['columns', 'standard'],
      ['column.plan', 'on'],
    ])
    expect(heads(await page('/dashboard/users', viewer))).toEqual(standard)
  })

  it('lead back to nowhere else', async () => {
    const saved = await post('/dashboard/preferences', viewer, [
      ['columns', 'standard'],
      ['back', 'https://evil.example/'],
    ])
    expect(saved.headers.get('location')).toBe('/dashboard')
  })
})

describe('chosen users', () => {
  it('get a tag and lose it, each on record', async () => {
    const chosen: [string, string][] = [
      ['user', 'ann'],
      ['user', 'eve'],
      ['user', 'nobody'],
      ['word', ' VIP '],
      ['back', 'tab=paying&done=x'],
    ]
    const set = await post('/dashboard/users/picks', operator, [...chosen, ['act', 'tag']])
    expect([set.status, set.headers.get('location')]).toEqual([303, '/dashboard/users?tab=paying&done=tagged&n=2'])
    expect(await t.sql`select user_id, tag from user_tags order by 1`).toEqual([
      { user_id: 'ann', tag: 'vip' },
      { user_id: 'eve', tag: 'vip' },
    ])
    expect(await page('/dashboard/users?done=tagged&n=2')).toContain('The tag was set on 2 users.')
    expect(await page('/dashboard/users?done=untagged&n=%3Cb%3E')).toContain('taken from the chosen users.')
    expect(await t.sql`select target from audit_log where action = 'user.tag.add' order by 1`).toEqual([
      { target: 'user:ann' },
      { target: 'user:eve' },
    ])
    const taken = await post('/dashboard/users/picks', operator, [
      ['user', 'ann'],
      ['user', 'bob'],
      ['word', 'vip'],
      ['act', 'untag'],
    ])
    expect(taken.headers.get('location')).toBe('/dashboard/users?done=untagged&n=1')
    expect(await t.sql`select user_id from user_tags`).toEqual([{ user_id: 'eve' }])
  })

  it('are a file of just them', async () => {
    const answer = await t.request('/exports/user-list.csv?user=ann&user=eve&word=vip&tab=paying&sort=name', {
      headers: { cookie: viewer },
    })
    expect(answer.status).toBe(200)
    const lines = (await answer.text()).trim().split('\r\n')
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['ann', 'eve'])
  })

  it('have boxes with a name, which belong to the form of the bar', async () => {
    const html = await page('/dashboard/users')
    expect(html).toMatch(
      /<input type="checkbox" name="user" value="ann" form="users-picks" aria-label="Choose ann@x.example"/,
    )
    expect(html).toContain('aria-label="Choose all users of this page"')
    expect(html).toContain('<form id="users-picks"')
    // Viewers choose what they export.
    const own = await page('/dashboard/users', viewer)
    expect(own).toContain('Export chosen')
    expect(own).not.toContain('Add tag')
  })

  it('are tagged by operators, not with READ_ONLY, and not without somebody or a word', async () => {
    const sent = (cookie: string, fields: [string, string][], app?: Pick<TestApp['app'], 'request'>) =>
      post('/dashboard/users/picks', cookie, fields, app)
    const good: [string, string][] = [
      ['user', 'ann'],
      ['word', 'x'],
      ['act', 'tag'],
    ]
    expect((await sent(viewer, good)).status).toBe(403)
    const readOnly = createApp({ ...t.deps, config: { ...t.deps.config, readOnly: true } })
    expect((await sent(operator, good, readOnly)).status).toBe(403)
    expect(
      (
        await sent(operator, [
          ['word', 'x'],
          ['act', 'tag'],
        ])
      ).status,
    ).toBe(422)
    expect(
      (
        await sent(operator, [
          ['user', 'ann'],
          ['act', 'tag'],
        ])
      ).status,
    ).toBe(422)
    expect(
      (
        await sent(operator, [
          ['word', 'x'],
          ...Array.from({ length: 101 }, (_, n): [string, string] => ['user', `u${n}`]),
        ])
      ).status,
    ).toBe(422)
    const strict = createApp({ ...t.deps, config: { ...t.deps.config, privacy: 'strict' } })
    expect((await sent(operator, good, strict)).status).toBe(403)
  })
})
