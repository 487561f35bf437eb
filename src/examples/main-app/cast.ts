import { Store } from './store.ts'

const PLANS = [
  { id: 'free', name: 'Free', limits: { builds: 20, ai_calls: 200 } },
  { id: 'pro', name: 'Pro', limits: { builds: 300, ai_calls: 3_000 } },
  { id: 'team', name: 'Team', limits: { builds: 1_500, ai_calls: 12_000 } },
]

/** A few users with a build each, for who runs the example by itself. */
export function exampleStore(nowMs: number): Store {
  const store = new Store(PLANS)
  const people: [id: string, name: string, plan: string, failed: boolean][] = [
    ['usr_ada', 'ada', 'pro', false],
    ['usr_grace', 'grace', 'team', true],
    ['usr_linus', 'linus', 'free', true],
  ]
  for (const [id, username, plan, failed] of people) {
    store.put({ id, username, plan, email: `${username}@studio.example` })
    const build = { id: `build_${username}`, kind: 'build', userId: id, tenantId: '', attempt: 1, atMs: nowMs }
    store.putBuild({ ...build, status: failed ? 'failed' : 'succeeded', ...(failed && { error: 'out of memory' }) })
  }
  return store
}
