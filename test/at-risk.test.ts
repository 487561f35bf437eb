import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RISKY, readAtRisk } from '../src/health/read.ts'
import { recomputeHealth } from '../src/health/recompute.ts'
import { refreshUserStats } from '../src/users/stats.ts'
import { fiveUsers, healthApp, sender } from './health-kit.ts'
import type { TestApp } from './helpers/app.ts'

describe('who is at risk', () => {
  let t: TestApp
  beforeAll(async () => {
    t = await healthApp(fiveUsers)
    await recomputeHealth(t.deps)
  })
  afterAll(() => t.close())

  const found = async () => {
    const { total, rows } = await readAtRisk(t.deps, { scope: '*' }, RISKY, 10)
    expect(total).toBe(rows.length)
    return rows.map(({ user_id }) => user_id)
  }
  const counted = async () => {
    await refreshUserStats(t.deps)
    const [row] = await t.deps.db.sql<{ n: number }[]>`
      select coalesce(sum(c.n), 0)::int as n from user_group_counts c join user_groups g using (grp)
      where c.scope = '*' and g.at_risk`
    return row?.n
  }

  it('is not whom an admin keeps out, until they are let in again', async () => {
    const before = await found()
    expect(before).toContain('eve')
    expect(await counted()).toBe(before.length)
    for (const status of ['suspended', 'banned']) {
      await sender(t)('users', { id: 'eve', tenant_id: 'acme', status })
      expect(await found()).toEqual(before.filter((id) => id !== 'eve'))
      expect(await counted()).toBe(before.length - 1)
    }
    await sender(t)('users', { id: 'eve', tenant_id: 'acme', status: 'active' })
    expect(await found()).toEqual(before)
    expect(await counted()).toBe(before.length)
  })
})
