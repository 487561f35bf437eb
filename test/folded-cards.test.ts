import { afterAll, beforeAll, expect, it } from 'vitest'
import { whileUnchanged } from '../src/folded-cards.ts'
import { addDays, today } from '../src/lib/time.ts'
import { summary } from '../src/metrics/query.ts'
import { closeDays } from '../src/metrics/snapshot.ts'
import { foldAll, foldOnce } from '../src/rollups/fold.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let key: string
beforeAll(async () => {
  t = await testApp()
  key = await t.key(['ingest'])
})
afterAll(() => t.close())

const now = () => today(t.deps.now(), 'UTC')
let computed = 0
const newUsers = (name = 'card') =>
  whileUnchanged(t.deps.db, name, async () => {
    computed++
    const found = await summary(t.deps, ['users.new'], { scope: '*', from: now(), to: now(), compare: 'none' })
    return found['users.new'].value
  })()
const sendUser = async (id: string) => {
  const answer = await t.request('/ingest/users', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify([{ id, created_at: t.deps.now().toISOString() }]),
  })
  expect(answer.status).toBe(200)
}

it('a card made of roll-ups is computed again when a fold has changed some, and not before', async () => {
  await foldAll(t.deps)
  const before = await newUsers()
  expect([await newUsers(), computed]).toEqual([before, 1])
  await foldOnce(t.deps)
  expect([await newUsers(), computed]).toEqual([before, 1])

  await sendUser('ada')
  expect([await newUsers(), computed]).toEqual([before, 1])
  await foldOnce(t.deps)
  expect([await newUsers(), computed]).toEqual([(before ?? 0) + 1, 2])
  expect([await newUsers(), computed]).toEqual([(before ?? 0) + 1, 2])
  // Of other filters or another day it is another card.
  await newUsers('another card')
  expect(computed).toBe(3)
})

it('and when days are closed', async () => {
  await newUsers()
  const before = computed
  await closeDays(t.deps, [addDays(now(), -1)])
  await newUsers()
  expect(computed).toBe(before + 1)
})

it('a card whose load fails is asked again', async () => {
  let asked = 0
  const failing = whileUnchanged(t.deps.db, 'failing', async () => {
    if (++asked === 1) throw new Error('away')
    return 7
  })
  await expect(failing()).rejects.toThrow('away')
  expect(await failing()).toBe(7)
})
