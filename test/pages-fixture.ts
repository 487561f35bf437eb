import type { FactIn } from '../src/facts/types.ts'
import type { TestApp } from './helpers/app.ts'

const DAY_MS = 86_400_000

/** A small product of two tenants over ten days up to now, with one of everything that a page can show. */
export async function fillProduct({ deps, fold }: Pick<TestApp, 'deps' | 'fold'>): Promise<void> {
  const now = deps.now().getTime()
  const at = (daysAgo: number, minutes = 0) => new Date(now - daysAgo * DAY_MS - minutes * 60_000).toISOString()
  const facts: Omit<FactIn, 'index'>[] = [
    { kind: 'tenants', row: { id: 'acme', name: 'Acme Ltd', created_at: at(20) } },
    { kind: 'tenants', row: { id: 'mirai', name: 'Mirai', created_at: at(20) } },
    { kind: 'plans', row: { id: 'pro', name: 'Pro', class: 'paid', amount: 4900, currency: 'USD', interval: 'month' } },
  ]
  for (let n = 0; n < 8; n++) {
    const tenant_id = n % 2 ? 'acme' : 'mirai'
    const user_id = `u${n}`
    facts.push({
      kind: 'users',
      row: { id: user_id, tenant_id, email: `user${n}@${tenant_id}.example`, created_at: at(9 - n) },
    })
    for (let day = 0; day < 10; day++) {
      facts.push({ kind: 'events', row: { name: 'Site Saved', user_id, tenant_id, ts: at(day, n + 1), type: 'track' } })
      facts.push({
        kind: 'api_calls',
        row: {
          ts: at(day, n + 2),
          user_id,
          tenant_id,
          service: 'chat',
          provider: 'openai',
          model: n % 3 ? 'gpt-5' : 'gpt-5-mini',
          status: day === 1 && n < 2 ? 'error' : 'ok',
          ...(day === 1 && n < 2 ? { error_kind: 'timeout' } : {}),
          latency_ms: 400 + 100 * n,
          tokens_in: 1000,
          tokens_out: 100,
          cost: 0.02,
          ai: true,
        },
      })
    }
    facts.push({
      kind: 'jobs',
      row: {
        id: `build-${n}`,
        kind: n === 7 ? 'deploy' : 'build',
        status: n === 3 ? 'failed' : 'succeeded',
        ...(n === 3 ? { error: 'npm: out of memory' } : {}),
        user_id,
        tenant_id,
        enqueued_at: at(0, 60 + n),
        started_at: at(0, 59 + n),
        finished_at: at(0, 58 + n),
      },
    })
  }
  facts.push(
    {
      kind: 'objects',
      row: { kind: 'project', id: 'p1', user_id: 'u1', tenant_id: 'acme', name: 'Site <b>', created_at: at(2) },
    },
    {
      kind: 'subscriptions',
      row: {
        id: 's1',
        plan: 'pro',
        status: 'active',
        user_id: 'u1',
        tenant_id: 'acme',
        amount: 4900,
        currency: 'USD',
        interval: 'month',
        started_at: at(5),
        updated_at: at(5),
      },
    },
    {
      kind: 'payments',
      row: {
        id: 'pay1',
        provider: 'stripe',
        status: 'succeeded',
        amount: 4900,
        currency: 'USD',
        user_id: 'u1',
        tenant_id: 'acme',
        ts: at(5),
      },
    },
    {
      kind: 'payments',
      row: {
        id: 'pay2',
        provider: 'stripe',
        status: 'failed',
        amount: 4900,
        currency: 'USD',
        failure_reason: 'insufficient funds',
        user_id: 'u2',
        tenant_id: 'mirai',
        ts: at(1),
      },
    },
    { kind: 'probes', row: { target: 'web', ok: true, latency_ms: 50, ts: at(0, 5) } },
  )
  const outcome = await deps.writer.write(
    facts.map((fact, index) => ({ ...fact, index })),
    { source: 'typed', receivedAt: deps.now() },
  )
  if (outcome.rejected.length > 0) throw new Error(JSON.stringify(outcome.rejected))
  await deps.db.sql`
    insert into source_events (at, source, state, reason, down_ms, noticed_by)
    values (${at(3)}, 'redis', 'degraded', 'Redis does not answer', null, 'test'),
      (${at(3, -2)}, 'redis', 'recovered', 'Redis does not answer', 120000, 'test')`
  await deps.db.sql`
    insert into incidents (fingerprint, kind, provider, severity, message, first_at, last_at, n, source)
    values ('f', 'ai', 'openai', 'error', 'timeout: no answer', ${at(1)}, ${at(0, 30)}, 12, 'logs:/data/ai-events.log')`
  await deps.db.sql`
    insert into action_runs (id, action, user_id, tenant_id, actor, key, request, state, answer, at, settled_at)
    values ('00000000-0000-4000-8000-000000000001', 'suspend', 'u1', 'acme', 'admin:x', 'k', '{}', 'done',
      '{"message":"The user is signed out.","changes":[]}', ${at(1)}, ${at(1)})`
  await fold()
}
