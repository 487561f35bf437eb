import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createChannel } from '../src/delivery/store.ts'
import { makeServer, type Server } from './chaos/server.ts'
import { hookTo, OWNER, outcomesOf, statesOf, tell } from './delivery-kit.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { type Receiver, receiver } from './helpers/receiver.ts'
import { sender } from './helpers/send.ts'
import { type MailServer, mailServer } from './helpers/smtp.ts'

/** The built program, twice, on one database; Postgres knows each of them by a role of its own. */
interface Process {
  role: string
  folder: string
  server: Server
}

const NOTICES = 40
const TICKETS = 5
const PASSWORD = 'of a test'
const PATIENCE = { timeout: 150_000, interval: 200 }

let t: TestApp
let http: Receiver
let mail: MailServer
let first: Process
let second: Process
let act: Record<string, string>
beforeAll(async () => {
  ;[t, http, mail] = await Promise.all([testApp({ config: { allowPrivateWebhooks: true } }), receiver(), mailServer()])
  act = { authorization: `Bearer ${await t.key(['read', 'act'])}`, 'content-type': 'application/json' }
  await noteClaims()
  ;[first, second] = await Promise.all([makeProcess(), makeProcess()])
  // What is being posted is out for long enough that the other process looks for work meanwhile.
  http.answer = (response) => void setTimeout(() => response.end('ok'), 300)
})
afterAll(async () => {
  for (const one of [first, second]) await one?.server.stop()
  const admin = t?.sql
  for (const one of [first, second].filter(Boolean)) {
    await admin.unsafe(
      `reassign owned by ${one.role} to current_user; drop owned by ${one.role}; drop role ${one.role}`,
    )
    rmSync(one.folder, { recursive: true, force: true })
  }
  await Promise.all([t?.close(), http?.close(), mail?.close()])
})

async function makeProcess(): Promise<Process> {
  const role = `process_${randomBytes(6).toString('hex')}`
  await t.sql.unsafe(`create role ${role} superuser login password '${PASSWORD}'`)
  const url = new URL(t.db.url)
  Object.assign(url, { username: role, password: encodeURIComponent(PASSWORD) })
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-two-'))
  const server = await makeServer(folder, {
    DATA_DIR: folder,
    DATABASE_URL: url.href,
    SECRET_KEY: t.deps.config.secretKey,
    SMTP_URL: mail.url,
    ALLOW_PRIVATE_WEBHOOKS: '1',
    LOG_LEVEL: 'info',
  })
  return { role, folder, server }
}

/** Writes down each time that a slot of a job is claimed, and by which process. */
async function noteClaims(): Promise<void> {
  await t.sql.unsafe(`
    create table claims (job text, slot timestamptz, by_schedule boolean, process text);
    create function note_claim() returns trigger language plpgsql as $$ begin
      insert into claims values (new.job, new.scheduled_for, new.started_by = 'schedule', session_user);
      return new;
    end $$;
    create trigger note_claim after insert or update of scheduled_for on job_runs
      for each row execute function note_claim()`)
}

const claimedBy = async ({ role }: Process): Promise<number> => {
  const [row] = await t.sql<
    { n: number }[]
  >`select count(*)::int as n from claims where process = ${role} and by_schedule`
  return row?.n ?? 0
}

/** Runs of a job that came to their end in a process, as its log has them. */
const finished = ({ folder }: Process, job: string): string[] =>
  readFileSync(join(folder, 'server.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"msg":"job finished"'))
    .map((line) => JSON.parse(line) as { job: string; run: string })
    .filter((line) => line.job === job)
    .map(({ run }) => run)

const call = (process: Process, method: string, path: string, body?: unknown) =>
  fetch(process.server.url + path, { method, headers: act, ...(body !== undefined && { body: JSON.stringify(body) }) })

it('run each slot of each schedule once, whichever of them does', async () => {
  await hookTo(t, 'Watched', `${http.url}/watched`, '6')
  await first.server.start()
  await expect.poll(() => claimedBy(first), PATIENCE).toBeGreaterThan(0)
  await second.server.start()
  const since = new Date()
  // Until a minute has come for both, and the job that looks after it.
  await Promise.all([
    expect.poll(() => slotsSince('watch', since), PATIENCE).not.toEqual([]),
    expect.poll(() => slotsSince('minute', since), PATIENCE).not.toEqual([]),
  ])
  const minutes = await slotsSince('minute', since)
  const claims = await t.sql<{ job: string; slot: Date; n: number }[]>`
    select job, slot, count(*)::int as n from claims where by_schedule group by 1, 2`
  expect(claims.filter(({ n }) => n > 1)).toEqual([])
  // A slot is a time of the schedule and no moment of a clock: else no two processes would ever mean the same.
  expect(claims.filter(({ slot }) => slot.getMilliseconds() !== 0)).toEqual([])
  expect(minutes.filter((slot) => slot.getSeconds() !== 0)).toEqual([])
  for (const job of ['fold', 'sync', 'seal-audit'])
    expect(claims.filter((one) => one.job === job).length, job).toBeGreaterThan(2)
  // Made up for at each start, where nobody ran it.
  for (const job of ['daily', 'user-stats', 'watch', 'minute'])
    await expect.poll(() => endedOf(job), { ...PATIENCE, timeout: 20_000, message: job }).toBeGreaterThan(0)
  for (const job of ['daily', 'user-stats', 'watch', 'minute']) await ranOnce(job)
  // One canary of the two.
  await expect.poll(() => statesOf(t), PATIENCE).toEqual(['sent'])
  expect(http.posted.map(({ body }) => JSON.parse(body).type)).toEqual(['canary'])
}, 240_000)

const slotsSince = async (job: string, since: Date): Promise<Date[]> =>
  (await t.sql<{ slot: Date }[]>`select distinct slot from claims where job = ${job} and slot > ${since}`).map(
    ({ slot }) => slot,
  )

const endedOf = async (job: string): Promise<number> => {
  const [row] = await t.sql<{ n: number }[]>`
    select count(*)::int as n from job_runs where job = ${job} and finished_at is not null`
  return row?.n ?? 0
}

/** Both logs together have each run that has ended, and each once. */
async function ranOnce(job: string): Promise<void> {
  const ended = await t.sql<{ id: string }[]>`
    select id::text from job_runs where job = ${job} and finished_at is not null order by id`
  const told = () => [...finished(first, job), ...finished(second, job)]
  await expect.poll(() => ended.filter(({ id }) => !told().includes(id)), { timeout: 10_000 }).toEqual([])
  const runs = told()
  expect([job, ended.length > 0, runs.filter((run, i) => runs.indexOf(run) !== i)]).toEqual([job, true, []])
}

it('fire an alert once, and send each notice once by each channel', async () => {
  await t.sql`delete from notification_attempts`
  await t.sql`delete from notifications`
  http.posted.length = 0
  await createChannel(t.deps, OWNER, { kind: 'email', name: 'On call', values: { to: 'oncall@x.example' } })
  await t.sql`update alert_rules set enabled = false`
  await makeRule()
  const send = await sender(t)
  const tickets = async (status: string) => {
    const rows = Array.from({ length: TICKETS }, (_, n) => ({
      id: `t${n}`,
      status,
      updated_at: new Date().toISOString(),
    }))
    await send('tickets', rows)
    await t.fold()
  }
  await tickets('open')
  for (let n = 0; n < NOTICES; n++) await tell(t, { dedupeKey: `notice:${n}` })
  await checkUntil('firing')
  await tickets('closed')
  await checkUntil('resolved')
  const all = 2 * (NOTICES + 2)
  await expect.poll(async () => (await statesOf(t)).filter((state) => state === 'sent').length, PATIENCE).toBe(all)
  expect(await outcomesOf(t)).toEqual(Array(all).fill('sent'))
  const keys = [...Array.from({ length: NOTICES }, (_, n) => `notice:${n}`), ...(await alertKeys())].sort()
  expect(http.posted.map(({ body }) => JSON.parse(body).data.dedupe_key).sort()).toEqual(keys)
  expect(mail.mails.map(({ headers }) => headers['x-quarterdeck-dedupe-key']).sort()).toEqual(keys)
}, 240_000)

async function makeRule(): Promise<void> {
  const made = await call(first, 'POST', '/api/alert-rules', {
    name: 'Tickets',
    metric: 'support.tickets_open',
    when: { kind: 'threshold', op: 'above', limit: TICKETS - 1 },
    window: 'today',
    quiet: 0,
  })
  expect(made.status, await made.clone().text()).toBe(201)
}

/** Both are asked to check at once, beside their schedules, until the alert is in a state. */
async function checkUntil(kind: string): Promise<void> {
  const check = async () => {
    await Promise.all([first, second].map((one) => call(one, 'POST', '/api/jobs/minute/run')))
    const [row] = await t.sql<
      { n: number }[]
    >`select count(*)::int as n from notifications where kind = ${kind} and dedupe_key like 'alert-%'`
    return row?.n
  }
  await expect.poll(check, { timeout: 60_000, interval: 500 }).toBe(2)
}

async function alertKeys(): Promise<string[]> {
  const [alert, ...more] = await t.sql<{ id: number; state: string }[]>`select id::int, state from alerts`
  expect([alert?.state, more]).toEqual(['resolved', []])
  return [`alert-${alert?.id}-fired`, `alert-${alert?.id}-resolved`]
}

it('go on one without the other', async () => {
  await first.server.stop()
  const before = await claimedBy(second)
  await expect.poll(() => claimedBy(second), PATIENCE).toBeGreaterThan(before)
}, 60_000)
