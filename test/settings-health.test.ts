import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recomputeHealth } from '../src/health/recompute.ts'
import { fiveUsers, healthApp } from './health-kit.ts'
import type { TestApp } from './helpers/app.ts'
import { type Person, person } from './helpers/people.ts'

let t: TestApp
let owner: Person
beforeAll(async () => {
  t = await healthApp(fiveUsers)
  owner = await person(t, 'owner@x.example', 'owner')
})
afterAll(() => t?.close())

const SETTINGS = '/dashboard/settings'
/** Only ann and eve have builds enough, and ratings. */
const HEAVY = {
  health_weight_builds: '60',
  health_weight_engagement: '10',
  health_weight_returns: '10',
  health_weight_adoption: '10',
  health_weight_satisfaction: '10',
}
const LEFT = 'no score: no build success is known of them'

async function save(fields: Record<string, string>): Promise<string> {
  const answer = await owner.post(`${SETTINGS}/general`, fields)
  return textOf(await owner.get(answer.headers.get('location')!))
}
const textOf = async (answer: Response) => (await answer.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

describe('the weights of the health score', () => {
  it('say nothing of users before any was scored', async () => {
    const text = await save(HEAVY)
    expect(text).toContain('Saved. Scores are computed by it tonight')
    await save(Object.fromEntries(Object.keys(HEAVY).map((name) => [name, ''])))
  })

  it('tell when saved whom they leave without a score, and what is missing of them', async () => {
    await recomputeHealth(t.deps)
    const even = await save({ health_weight_builds: '30' })
    expect(even).toContain('Saved. Scores are computed by it tonight')
    expect(even).not.toContain('By those saved')
    expect(await save(HEAVY)).toContain(
      `Saved. By these weights 3 of 5 users will have ${LEFT} (0 without one now). Scores are computed by it tonight`,
    )
  })

  it('go on saying so in the form, once it is no news, to who sees all tenants', async () => {
    await recomputeHealth(t.deps)
    const text = await save({ ...HEAVY, health_weight_adoption: '11' })
    expect(text).toContain('Saved. Scores are computed by it tonight')
    expect(text).toContain(`By those saved, 3 of 5 users have ${LEFT}.`)
    const bound = await person(t, 'bound@x.example', 'owner', { tenants: ['acme'] })
    expect(await textOf(await bound.get(SETTINGS))).not.toContain('By those saved')
  })

  it('say of one under nothing from where on it would do', async () => {
    expect(await save({ health_weight_builds: '-1' })).toContain('It must be 0 or more.')
    expect(await save({ health_weight_builds: 'many' })).toContain('It must be a number such as 30.')
  })
})

describe('the health of a user', () => {
  it('shows weights with the decimal that it takes to add up', async () => {
    await save(Object.fromEntries(Object.keys(HEAVY).map((name) => [name, ''])))
    await recomputeHealth(t.deps)
    const text = await textOf(await owner.get('/dashboard/users/bob'))
    const card = text.slice(text.indexOf('Components of the score'))
    // 25, 20 and 15 of 60.
    expect(card).toMatch(/Engagement .{0,80}? 41\.7% 50\.0 .*?Return .*? 33\.3% 25\.0 .*?Adoption .*? 25% 25\.0/)
  })
})
