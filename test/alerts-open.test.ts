import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { alertsKit, ERRORS } from './alerts-kit.ts'

let kit: Awaited<ReturnType<typeof alertsKit>>
beforeAll(async () => {
  kit = await alertsKit()
})
afterAll(() => kit.t.close())
beforeEach(() => kit.begin())

const page = async (path: string) => {
  const cookie = await kit.t.admin('viewer')
  return (await kit.t.request(path, { headers: { cookie, accept: 'text/html' } })).text()
}

describe('the open alerts', () => {
  const N = 230
  beforeEach(async () => {
    const { id } = await kit.make({ ...ERRORS, by: 'service' })
    await kit.t.sql`
      insert into alerts (rule_id, subject, scope, state, severity, title, pending_since, fired_at, seen_at)
      select ${id}, 's' || n, '*', case when n % 10 = 0 then 'pending' else 'firing' end,
        (array['critical', 'warning', 'info'])[1 + n % 3], 'Alert ' || n, ${kit.now()},
        case when n % 10 > 0 then ${kit.now()}::timestamptz - n % 7 * interval '1 minute' end, ${kit.now()}
      from generate_series(1, ${N}::int) n`
  })

  it('are told page by page, each once, the worst first', async () => {
    const seen: { subject: string; state: string; severity: string }[] = []
    let next: string | null = ''
    while (next !== null) {
      const before: string = next === '' ? '' : `&before=${encodeURIComponent(next)}`
      const answer = await (await kit.call('GET', `/api/alerts?limit=100${before}`)).json()
      const told = answer as { alerts: typeof seen; next: string | null }
      seen.push(...told.alerts)
      next = told.next
    }
    expect(new Set(seen.map(({ subject }) => subject)).size).toBe(N)
    expect(seen).toHaveLength(N)
    const places = seen.map(({ state, severity }) => `${state} ${severity}`)
    expect([...new Set(places)]).toEqual([
      ...['firing critical', 'firing warning', 'firing info'],
      ...['pending critical', 'pending warning', 'pending info'],
    ])
  })

  it('are all counted on the page, which says that it lists the first', async () => {
    const html = await page('/dashboard/alerts')
    expect(html).toContain('Firing 207')
    expect(html).toContain('Pending 23')
    expect(html).toContain('The first 200 of 207 are listed')
  })
})

describe('an alert that nobody was told of', () => {
  it('says so, where its rule tells somebody', async () => {
    await kit.make({ ...ERRORS, name: 'Told to none', channels: [] })
    await kit.make(ERRORS)
    await kit.t.sql`update channels set state = 'off'`
    await kit.calls(0, 8)
    await kit.minute()
    const told = (await kit.alerts()) as unknown as { name: string; told_nobody: boolean }[]
    await kit.t.sql`update channels set state = 'on'`
    expect(told.map(({ name, told_nobody }) => [name, told_nobody]).sort()).toEqual([
      ['Errors', true],
      ['Told to none', false],
    ])
    expect((await page('/dashboard/alerts')).match(/told to nobody/g)).toHaveLength(1)
  })
})
