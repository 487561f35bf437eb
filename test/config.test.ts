import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig, settings, settingsTable } from '../src/config.ts'

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('settings', () => {
  it('have defaults that need no environment at all', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      baseUrl: 'http://127.0.0.1:3000',
      timeZone: 'UTC',
      databaseUrl: '',
      currency: 'USD',
      activeDefinition: 'any',
      retentionDays: 400,
      ingestBodyLimitBytes: 5 * 1024 * 1024,
      ingestRatePerSecond: 1000,
      ingestBatchLimit: 5000,
      readOnly: false,
      privacy: 'standard',
      probeUrls: [],
      targetP95Ms: 1000,
      corsOrigins: [],
      trustProxy: false,
    })
    expect(config.geoipDb).toBeUndefined()
  })

  it('are read from the environment, lists by their commas', () => {
    const config = loadConfig({
      PASSIVE_EVENTS: ' email opened , push received ,',
      PROBE_URLS: 'https://a.example/health,http://b.example',
      INGEST_BODY_LIMIT: '512 kb',
      READ_ONLY: 'yes',
      CURRENCY: 'eur',
      BASE_URL: 'https://admin.example.com/',
    })
    expect(config.passiveEvents).toEqual(['email opened', 'push received'])
    expect(config.probeUrls).toEqual(['https://a.example/health', 'http://b.example'])
    expect(config).toMatchObject({ ingestBodyLimitBytes: 524_288, readOnly: true, currency: 'EUR' })
    expect(config.baseUrl).toBe('https://admin.example.com')
  })

  it('that are empty are as good as absent', () => {
    expect(loadConfig({ PORT: '', TIME_ZONE: ' ' })).toMatchObject({ port: 3000, timeZone: 'UTC' })
  })

  it('that are wrong are all told at once', () => {
    const env = {
      PORT: '70000',
      TIME_ZONE: 'Mars/Olympus',
      DATABASE_URL: 'mysql://root@localhost/x',
      RETENTION_DAYS: 'a year',
      PRIVACY: 'paranoid',
      CORS_ORIGINS: 'https://a.example/path',
    }
    const problems = problemsOf(env)
    expect(problems.map((line) => line.split(' ')[0])).toEqual(Object.keys(settings).filter((name) => name in env))
    expect(() => loadConfig(env)).toThrow(/6 problems:\n {2}PORT must be at most 65535/)
  })

  it('that are secret are not repeated in a complaint', () => {
    const problems = problemsOf({ SECRET_KEY: 'hunter2', DATABASE_URL: 'http://user:hunter2@host/db' }).join('\n')
    expect(problems).toContain('at least 32 characters')
    expect(problems).not.toContain('hunter2')
  })

  it('take IANA zones, and offsets not, since those know no summer time', () => {
    expect(problemsOf({ TIME_ZONE: '+02:00' })).toHaveLength(1)
    expect(loadConfig({ TIME_ZONE: 'Asia/Kathmandu' }).timeZone).toBe('Asia/Kathmandu')
  })

  it('stand in one table, a line each', () => {
    const lines = settingsTable().split('\n').slice(2)
    expect(lines).toHaveLength(Object.keys(settings).length)
    for (const line of lines) expect(line).toMatch(/^\| `[A-Z0-9_]+` \| .* \| .+ \|$/)
  })

  it('lead to a wildcard address that browsers can open', () => {
    expect(loadConfig({ HOST: '0.0.0.0', PORT: '80' }).baseUrl).toBe('http://localhost:80')
    expect(loadConfig({ HOST: '::1' }).baseUrl).toBe('http://[::1]:3000')
  })
})
