import type { TestApp } from './helpers/app.ts'

export const NOW = new Date('2026-11-20T12:00:00Z')
export const ID = 'user-eva-4711'
export const DEVICE = 'device-eva-77'
export const EMAIL = 'eva.berg@post.example'

/** Sends facts by the typed door, as a product would. */
export async function ingest(t: TestApp, path: string, ...rows: object[]): Promise<void> {
  const authorization = `Bearer ${await t.key(['ingest'])}`
  const answer = await t.request(`/ingest/${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  })
  const told = (await answer.json()) as { rejected: number }
  if (answer.status !== 200 || told.rejected !== 0) throw new Error(`${path}: ${answer.status} ${JSON.stringify(told)}`)
}

/** A life of Eva's, in every kind of fact that can be a person's; Udo stays, at the same tenant and device. */
export async function fillLives(t: TestApp): Promise<void> {
  const both = { user_id: ID, tenant_id: 'acme' }
  const at = (day: number, hour = 10) => `2026-11-${day}T${String(hour).padStart(2, '0')}:00:00Z`
  await ingest(
    t,
    'users',
    {
      id: ID,
      tenant_id: 'acme',
      email: EMAIL,
      username: 'eva',
      city: 'Kiel',
      country: 'DE',
      referrer: 'https://x.example/?m=eva.berg@post.example',
      created_at: at(10),
      updated_at: at(10),
      traits: { name: 'Eva Berg', email: EMAIL },
    },
    { id: 'udo', tenant_id: 'acme', email: 'udo@post.example', created_at: at(10), updated_at: at(10) },
  )
  await ingest(t, 'identities', { anonymous_id: DEVICE, user_id: ID, since: at(10) })
  await ingest(
    t,
    'events',
    {
      ...both,
      id: 'e1',
      name: 'build',
      ts: at(18),
      session_id: 'visit-eva-1',
      anonymous_id: DEVICE,
      properties: { mail: EMAIL },
    },
    { ...both, id: 'e2', name: 'build', ts: at(19), session_id: 'visit-eva-2' },
    { id: 'e3', anonymous_id: DEVICE, name: 'page', ts: at(12), properties: { path: '/in' } },
    { id: 'e4', user_id: 'udo', anonymous_id: DEVICE, name: 'build', ts: at(19, 9), properties: { of: 'udo' } },
  )
  await ingest(t, 'api-calls', {
    ...both,
    id: 'c1',
    request_id: `req-${ID}`,
    service: 'studio',
    ts: at(19),
    ai: true,
    provider: 'p',
    model: 'm',
    status: 'ok',
    latency_ms: 10,
    cost: 1.5,
    properties: { who: ID },
  })
  await ingest(t, 'jobs', {
    ...both,
    id: 'j1',
    kind: 'build',
    status: 'failed',
    error: `no ${EMAIL}`,
    enqueued_at: at(19),
    started_at: at(19),
    finished_at: at(19, 11),
  })
  await ingest(t, 'objects', {
    ...both,
    id: 'o1',
    kind: 'site',
    name: 'Site of Eva Berg',
    created_at: at(12),
    properties: { url: 'https://eva.example' },
  })
  await ingest(t, 'plans', { id: 'pro', name: 'Pro', class: 'paid' })
  await ingest(t, 'subscriptions', {
    id: 's1',
    user_id: ID,
    plan: 'pro',
    status: 'active',
    interval: 'month',
    amount: 4900,
    currency: 'USD',
    started_at: at(11),
    updated_at: at(11),
  })
  await ingest(t, 'payments', {
    ...both,
    id: 'p1',
    ts: at(12),
    provider: 'stripe',
    status: 'succeeded',
    amount: 4900,
    currency: 'USD',
    properties: { card: EMAIL },
  })
  await ingest(t, 'invoices', {
    ...both,
    id: 'i1',
    number: 'R-1',
    status: 'paid',
    amount: 4900,
    currency: 'USD',
    issued_at: at(11),
    updated_at: at(11),
  })
  await ingest(t, 'messages', {
    ...both,
    id: 'm1',
    ts: at(13),
    channel: 'email',
    direction: 'out',
    status: 'sent',
    recipient: EMAIL,
    subject: 'Eva',
    text: 'Dear Eva',
  })
  await ingest(t, 'prompts', {
    ...both,
    id: 'pr1',
    ts: at(13),
    text: 'A site for Eva',
    model: 'm',
    status: 'succeeded',
  })
  await ingest(t, 'tickets', {
    ...both,
    id: 't1',
    subject: 'Eva asks',
    status: 'open',
    created_at: at(13),
    updated_at: at(13),
  })
  await ingest(t, 'feedback', { ...both, id: 'f1', ts: at(13), kind: 'nps', score: 9, max: 10, comment: 'Love, Eva' })
  await ingest(t, 'app-errors', {
    ...both,
    id: 'ae1',
    ts: at(13),
    source: 'client',
    kind: 'TypeError',
    message: `eva ${EMAIL}`,
    anonymous_id: DEVICE,
  })
  await ingest(t, 'invites', {
    id: 'in1',
    user_id: 'udo',
    tenant_id: 'acme',
    invitee: EMAIL,
    sent_at: at(10, 11),
    accepted_at: at(10, 12),
    accepted_user_id: ID,
    updated_at: at(10),
  })
  await ingest(t, 'exposures', {
    ...both,
    id: 'x1',
    ts: at(14),
    experiment_id: 'exp',
    variant: 'a',
    anonymous_id: DEVICE,
  })
  await t.fold()
}

/** What Quarterdeck itself holds of her: written by admins, computed, sent. */
export async function fillOwn({ sql }: TestApp): Promise<void> {
  await sql`insert into user_notes (user_id, text, created_by, created_at) values (${ID}, 'Called Eva', 'cli', ${NOW}),
    ('udo', ${`Friend of ${EMAIL} and ${ID}.`}, 'cli', ${NOW})`
  await sql`insert into user_tags values (${ID}, 'vip', 'cli', ${NOW})`
  await sql`
    insert into user_profiles (user_id, text, model, written_by, written_at) values (${ID}, 'Eva builds.', 'm', 'cli', ${NOW})`
  await sql`
    insert into user_health (user_id, tenant_id, day, plan, class, stage, score, band, jobs, jobs_ok, active_days, active_before,
      weeks, weeks_of, features, features_of, ratings, computed_at)
    values (${ID}, 'acme', '2026-11-19', 'pro', 'paid', 'mature', 55, 'at-risk', 0, 0, 1, 1, 1, 4, 0, 0, 0, ${NOW})`
  await sql`insert into health_scores (user_id, day, score, paid, active) values (${ID}, '2026-11-19', 55, true, true)`
  const [mail] = await sql<{ id: number }[]>`
    insert into notifications (dedupe_key, kind, payload) values ('mail:1', 'mail', ${sql.json({ to: EMAIL })}) returning id::float8 as id`
  await sql`
    insert into emails (notification_id, user_id, tenant_id, recipient, subject, text, created_by)
    values (${mail!.id}, ${ID}, 'acme', ${EMAIL}, 'Hello', 'Dear Eva', 'cli')`
  await sql`
    insert into action_runs (id, action, user_id, actor, key, reason, request, state, at, settled_at)
    values (gen_random_uuid(), 'suspend', ${ID}, 'cli', 'k', ${`${EMAIL} asked`}, '{"to": "eva"}', 'done', ${NOW}, ${NOW})`
  // She was made from here; of the first time the main app did not say whom it had made.
  for (const [run, userId] of [
    ['33333333-3333-4333-8333-000000000001', ''],
    ['33333333-3333-4333-8333-000000000002', ID],
  ] as const) {
    await sql`
      insert into action_runs (id, action, user_id, actor, key, reason, request, state, answer, at, settled_at)
      values (${run}, 'create', ${userId}, 'cli', ${run}, 'Eva Berg phoned', ${sql.json({ email: EMAIL, username: 'eva-fan' })},
        'done', ${sql.json({ message: `Made ${EMAIL}.`, changes: [] })}, ${NOW}, ${NOW})`
    await sql`
      insert into audit_log (actor, action, detail) values
        ('cli', 'action.request', ${sql.json({ run, action: 'create', fields: { email: EMAIL }, reason: 'Eva Berg phoned' })}),
        ('cli', 'action.unknown', ${sql.json({ run, action: 'create', said: `Making ${EMAIL}.` })})`
  }
  await sql`
    insert into audit_log (actor, action, target, detail) values ('cli', 'user.tag.add', ${`user:${ID}`}, '{"tag": "eva-fan"}')`
  await sql`insert into annotations (kind, at, text, created_by) values ('note', ${NOW}, ${`${EMAIL} broke it`}, 'cli')`
  await sql`
    insert into rejected_facts (kind, source, reason, raw)
    values ('events', 'typed', 'bad', convert_to(${`{"user_id":"${ID}"}`}, 'UTF8'))`
  await sql`
    insert into webhook_things (provider, kind, id, payer, said, user_id)
    values ('stripe', 'customer', 'cus_1', 'cus_1', ${sql.json({ fields: { email: EMAIL, user_id: ID } })}, ${ID})`
}

/** Where texts stand, of all columns of all tables: as "table.column". */
export async function whereIs({ sql }: TestApp, ...texts: string[]): Promise<string[]> {
  const tables = await sql<{ table: string; columns: string[]; types: string[] }[]>`
    select c.table_name as table, array_agg(c.column_name::text) as columns, array_agg(c.data_type::text) as types
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
      and c.data_type in ('text', 'jsonb', 'json', 'ARRAY', 'bytea', 'character varying')
      and not exists (select from pg_inherits i where i.inhrelid = c.table_name::regclass)
    group by 1`
  const sought = texts.map((text) => text.toLowerCase())
  const found: string[] = []
  for (const { table, columns, types } of tables) {
    const hits = columns
      .map((column, n) => {
        const text = types[n] === 'bytea' ? sql`encode(${sql(column)}, 'escape')` : sql`${sql(column)}::text`
        const any = sought
          .map((one) => sql`position(${one} in lower(${text})) > 0`)
          .reduce((all, one) => sql`${all} or ${one}`)
        return sql`bool_or(${any}) as ${sql(column)}`
      })
      .reduce((all, one) => sql`${all}, ${one}`)
    const [row] = await sql`select ${hits} from ${sql(table)}`
    found.push(...columns.filter((column) => row?.[column]).map((column) => `${table}.${column}`))
  }
  return found.sort()
}
