import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { evaluateAlerts } from '../src/alerts/evaluate.ts'
import daily from '../src/jobs/daily.ts'
import { alertsKit, ERRORS, MINUTE } from './alerts-kit.ts'

let kit: Awaited<ReturnType<typeof alertsKit>>
beforeAll(async () => {
  kit = await alertsKit()
})
afterAll(() => kit.t.close())
beforeEach(() => kit.begin())

const silence = async (id: number, minutes: number) =>
  expect((await kit.call('POST', `/api/alerts/${id}/silence`, { minutes })).status).toBe(200)
const unsilence = async (id: number) => expect((await kit.call('DELETE', `/api/alerts/${id}/silence`)).status).toBe(200)
/** The only alert there is open. */
async function only() {
  const [alert, ...others] = await kit.alerts()
  expect(others).toEqual([])
  if (!alert) throw new Error('one is open')
  return alert
}
/** Well again, when the calls of then have left the window. */
async function calm() {
  kit.pass(12)
  await kit.calls(6, 0)
  return kit.check()
}
const FIRING = ['ops-mail firing', 'room firing']
const BOTH = [...FIRING, 'ops-mail resolved', 'room resolved']

describe('a silence', () => {
  it('holds back the end of an alert, which is told when it is over to those who were told that it fires', async () => {
    await kit.make(ERRORS)
    await kit.calls(0, 8)
    await kit.minute()
    await silence((await only()).id, 60)
    expect(await calm()).toMatchObject({ resolved: 1 })
    expect(await kit.told()).toEqual(FIRING)
    await kit.minute(30)
    expect(await kit.told()).toEqual(FIRING)
    await kit.minute(30)
    expect(await kit.told()).toEqual(BOTH)
    await kit.minute()
    expect(await kit.told()).toEqual(BOTH)
  })

  it('is inherited by the next alert of its rule, which does not page by beginning anew', async () => {
    await kit.make(ERRORS)
    await kit.calls(0, 8)
    await kit.minute()
    await silence((await only()).id, 120)
    await calm()
    kit.pass(12)
    await kit.calls(0, 8)
    expect(await kit.check()).toMatchObject({ fired: 1 })
    expect(await only()).toMatchObject({ silenced_until: expect.any(String) })
    expect(await kit.told()).toEqual(FIRING)
    // Of the second one, that came and went behind it, nothing is ever told.
    await calm()
    await kit.minute(120)
    expect(await kit.told()).toEqual(BOTH)
  })

  it('of a pending alert lets what still fires be told when it is over', async () => {
    await kit.make({ ...ERRORS, for: 5, window: '3h' })
    await kit.calls(0, 8)
    await kit.minute()
    await silence((await only()).id, 60)
    for (let i = 0; i < 6; i++) await kit.minute()
    expect(await only()).toMatchObject({ state: 'firing' })
    expect(await kit.told()).toEqual([])
    await kit.minute(54)
    expect(await kit.told()).toEqual(FIRING)
    expect(await kit.t.sql`select text from annotations`).toHaveLength(1)
  })

  it('that is ended by hand tells at once what it held back', async () => {
    await kit.make(ERRORS)
    await kit.calls(0, 8)
    await kit.minute()
    const first = await only()
    await silence(first.id, 600)
    await calm()
    kit.pass(12)
    await kit.calls(0, 8)
    await kit.check()
    expect(await kit.told()).toEqual(FIRING)
    await unsilence((await only()).id)
    expect(await kit.told()).toEqual([...BOTH, ...FIRING])
    expect(await only()).toMatchObject({ silenced_until: null })
  })

  it('whose alert has ended is still listed, and can be ended from the page', async () => {
    await kit.make(ERRORS)
    await kit.calls(0, 8)
    await kit.minute()
    const { id } = await only()
    await silence(id, 600)
    await calm()
    const cookie = await kit.t.admin('operator')
    const page = async (tab: string) => {
      const answer = await kit.t.request(`/dashboard/alerts?tab=${tab}`, { headers: { cookie } })
      return (await answer.text()).replaceAll(/\s+/g, ' ')
    }
    const row = new RegExp(`<li class="q-alert" id="alert-${id}">.*?</li>`)
    const [silenced] = row.exec(await page('silenced')) ?? ['']
    expect(silenced).toContain('ended ')
    expect(silenced).toContain('End the silence')
    expect(silenced).not.toContain('Resolve')
    expect((await page('silenced')).match(/>(Silenced \d+)</)?.[1]).toBe('Silenced 1')
    expect(row.test(await page('firing'))).toBe(false)
    const answer = await kit.t.request(`/dashboard/alerts/${id}/unsilence`, {
      method: 'POST',
      headers: { cookie, origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'tab=silenced',
    })
    expect(answer.status).toBe(303)
    expect(await kit.told()).toEqual(BOTH)
    expect((await page('silenced')).match(/>(Silenced \d+)</)?.[1]).toBe('Silenced 0')
  })

  it('of an ended alert is listed once, with the alert that came after', async () => {
    await kit.make(ERRORS)
    await kit.calls(0, 8)
    await kit.minute()
    await silence((await only()).id, 600)
    await calm()
    kit.pass(12)
    await kit.calls(0, 8)
    await kit.check()
    const page = await kit.t.request('/dashboard/alerts?tab=silenced', {
      headers: { cookie: await kit.t.admin('viewer') },
    })
    expect((await page.text()).match(/id="alert-\d+"/g)).toEqual([`id="alert-${(await only()).id}"`])
  })

  it('is of one subject alone', async () => {
    await kit.make({ ...ERRORS, by: 'service' })
    await kit.calls(0, 8, { service: 'chat' })
    await kit.minute()
    await silence((await only()).id, 60)
    await kit.calls(0, 8, { service: 'images' })
    await kit.minute()
    expect(await kit.told()).toEqual([...FIRING, ...FIRING])
  })
})

describe('that it is over', () => {
  it('is told to the channels that were told that it fires, whatever the rule says by then', async () => {
    const { slug } = await kit.make({ ...ERRORS, channels: ['room'] })
    await kit.calls(0, 8)
    await kit.minute()
    expect((await kit.call('PUT', `/api/alert-rules/${slug}`, { ...ERRORS, channels: ['ops-mail'] })).status).toBe(200)
    await calm()
    expect(await kit.told()).toEqual(['room firing', 'room resolved'])
  })

  it('is told also when the notice of then is tidied up', async () => {
    await kit.make(ERRORS)
    await kit.calls(0, 8)
    await kit.minute()
    await kit.t.sql`delete from notifications`
    await calm()
    expect(await kit.told()).toEqual(['ops-mail resolved', 'room resolved'])
  })

  it('is not concluded of fewer than are looked at', async () => {
    await kit.make(ERRORS)
    await kit.calls(0, 8)
    await kit.minute()
    kit.pass(12)
    await kit.calls(0, 3)
    expect(await kit.check()).toMatchObject({ resolved: 0, open: 1 })
  })
})

describe('a check that comes late', () => {
  it('is dropped where a newer one was applied: it does not know what fires since', async () => {
    await kit.make(ERRORS)
    await kit.calls(6, 0)
    const before = kit.now()
    await kit.minute()
    kit.pass(12)
    await kit.calls(0, 8)
    expect(await kit.check()).toMatchObject({ fired: 1 })
    expect(await evaluateAlerts(kit.t.deps, before)).toMatchObject({ rules: 0, resolved: 0 })
    expect(await only()).toMatchObject({ state: 'firing', ended_why: null })
  })

  it('counts all the same where the clock was put right', async () => {
    await kit.make(ERRORS)
    await kit.t.sql`insert into alert_checks (at) values (${new Date(kit.now().getTime() + 90 * MINUTE)})`
    await kit.calls(0, 8)
    expect(await kit.minute()).toMatchObject({ fired: 1 })
  })

  it('is not that of the daily tasks, which look at the clock when it is their turn', async () => {
    await kit.make(ERRORS)
    await kit.calls(6, 0)
    const began = kit.now()
    kit.pass(12)
    await kit.calls(0, 8)
    await kit.check()
    const { deps } = kit.t
    const checking = daily.steps.find(({ name }) => name === 'alerts')
    const signal = new AbortController().signal
    await checking?.run({ deps, now: began, signal, progress: async () => {} })
    expect(await kit.alerts()).toMatchObject([{ state: 'firing' }])
    const [last] = await kit.t.sql`select at from alert_checks`
    expect(last?.at).toEqual(kit.now())
  })
})
