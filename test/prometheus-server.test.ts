import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROMETHEUS_QUERIES } from '../src/docs/pages/exports.ts'
import { type TestApp, testApp } from './helpers/app.ts'
import { withoutPrometheus } from './helpers/needs.ts'
import { freePort } from './helpers/redis.ts'
import { fillRollups, NOW } from './metrics-fixture.ts'

describe.skipIf(withoutPrometheus)('a real Prometheus', () => {
  let t: TestApp
  let key: string
  let server: ChildProcess | undefined
  let url = ''
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-prometheus-'))

  beforeAll(async () => {
    t = await testApp({ now: NOW })
    await fillRollups(t.sql)
    key = await t.key(['read'])
    const target = new URL(await t.listen()).host
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    writeFileSync(join(folder, 'prometheus.yml'), configFor(target, key))
    server = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    )
  }, 60_000)

  afterAll(async () => {
    if (server && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
    await t?.close()
  })

  /** As the help tells it, at a faster pace. */
  const configFor = (target: string, credentials: string) => `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: quarterdeck
    authorization: { credentials: ${credentials} }
    static_configs: [{ targets: ['${target}'] }]
`

  async function ask(query: string): Promise<number | undefined> {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`).catch(() => undefined)
    const found = (await answer?.json()) as { data?: { result?: { value: [number, string] }[] } } | undefined
    const value = found?.data?.result?.[0]?.value[1]
    return value === undefined ? undefined : Number(value)
  }

  async function ours(metric: string): Promise<number> {
    const path = `/api/metrics/summary?metrics=${metric}&from=2026-11-20&to=2026-11-20`
    const response = await t.request(path, { headers: { authorization: `Bearer ${key}` } })
    const { metrics } = (await response.json()) as { metrics: { value: number }[] }
    return metrics[0]?.value ?? Number.NaN
  }

  it('scrapes with a key and answers for catalogue metrics as our own API does', async () => {
    await expect.poll(() => ask('up{job="quarterdeck"}'), { timeout: 60_000, interval: 500 }).toBe(1)
    await expect.poll(() => ask('quarterdeck_users'), { timeout: 60_000, interval: 500 }).toBe(4)
    expect(await ours('users.total')).toBe(4)
    expect(await ask('quarterdeck_revenue_mrr_usd')).toBe(await ours('revenue.mrr'))
    // Base units: a ratio of 1 for a percentage.
    expect(await ask('quarterdeck_api_error_rate_ratio * 100')).toBeCloseTo(await ours('api.error_rate'), 9)
    expect(await ask('quarterdeck_source_up{source="database"}')).toBe(1)
  }, 120_000)

  it('answers each query that the help tells', async () => {
    for (const query of PROMETHEUS_QUERIES)
      await expect
        .poll(() => ask(query), { message: query, timeout: 60_000, interval: 500 })
        .toEqual(expect.any(Number))
  }, 120_000)

  it('finds nothing to complain of in the format, by promtool', async () => {
    const response = await t.request('/metrics', { headers: { authorization: `Bearer ${key}` } })
    const text = await response.text()
    expect(text.split('\n').length).toBeGreaterThan(100)
    const { code, said } = await checked(text)
    expect(said).toBe('')
    expect(code).toBe(0)
  })

  function checked(text: string): Promise<{ code: number; said: string }> {
    return new Promise((resolve) => {
      const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
      )
      child.stdin?.end(text)
    })
  }
})
