import { type ChildProcess, spawn } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../src/config.ts'
import { type LogReader, logPaths, startLogs } from '../src/connectors/logs.ts'
import { kindOf, readLine } from '../src/connectors/logs-entry.ts'
import { MAX_LINE_BYTES } from '../src/connectors/logs-lines.ts'
import { ProductLogs } from '../src/demo/logs.ts'
import { normaliseMessage } from '../src/sources/fingerprint.ts'
import { recentIncidents } from '../src/sources/incidents.ts'
import { type TestApp, testApp } from './helpers/app.ts'

let t: TestApp
let folder: string
let path: string
let readers: LogReader[] = []

beforeAll(async () => {
  t = await testApp()
})
afterAll(() => t?.close())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quarterdeck-logs-'))
  path = join(folder, 'ai-events.log')
})
afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.stop()))
  readers = []
  rmSync(folder, { recursive: true, force: true })
  await t.sql`truncate log_files, log_reader, incidents, incident_hours`
})

/** Reads the file with the configuration of a server that was given it. */
function read(settings: Partial<Config> = {}): LogReader {
  const config = { ...t.deps.config, logFiles: [path], logFrom: 'start' as const, ...settings }
  const reader = startLogs({ ...t.deps, config })
  readers.push(reader)
  return reader
}

/** A failure that is told apart by its one word. */
const line = (word: string, more: object = {}): string =>
  `${JSON.stringify({ level: 'error', time: new Date().toISOString(), msg: `failed in ${word}`, ...more })}\n`

const append = (text: string | Buffer) => appendFileSync(path, text)

/** How often each word has been counted. */
async function counted(): Promise<Record<string, number>> {
  const rows = await t.sql<{ message: string; n: number }[]>`
    select message, sum(n)::int as n from incidents group by message order by message`
  return Object.fromEntries(rows.map(({ message, n }) => [message.replace('failed in ', ''), n]))
}

const fileRow = async () => (await t.sql`select lines::int, garbage::int, too_long::int from log_files`)[0]

const eventually = (check: () => Promise<unknown>) => expect.poll(check, { timeout: 20_000, interval: 50 })

describe('a log file', () => {
  it('is read as it grows, each line once', async () => {
    append(line('one') + line('two'))
    const reader = read()
    await reader.round()
    expect(await counted()).toEqual({ one: 1, two: 1 })
    append(line('two') + line('three'))
    await reader.round()
    await reader.round()
    expect(await counted()).toEqual({ one: 1, two: 2, three: 1 })
  })

  it('is read by itself, without anybody asking', async () => {
    append(line('one'))
    read()
    await eventually(counted).toEqual({ one: 1 })
    append(line('two'))
    await eventually(counted).toEqual({ one: 1, two: 1 })
  })

  it('begins at its end unless asked otherwise, but before a line that is being written', async () => {
    const late = line('late')
    append(line('old') + late.slice(0, 20))
    const reader = read({ logFrom: 'end' })
    await reader.round()
    append(late.slice(20))
    await reader.round()
    expect(await counted()).toEqual({ late: 1 })
  })

  it('of many gigabytes is begun at its end at once', async () => {
    append(line('old'))
    truncateSync(path, 40 * 1024 ** 3)
    append(`\n${line('before')}`)
    const reader = read({ logFrom: 'end' })
    await reader.round()
    append(line('new'))
    await reader.round()
    expect(await counted()).toEqual({ new: 1 })
    expect(await fileRow()).toMatchObject({ lines: 1 })
  })

  it('keeps a line until its end has come, be it in the middle of a character', async () => {
    const bytes = Buffer.from(line('Köln-🚀'))
    const reader = read()
    append('')
    for (let at = 0; at < bytes.length; at++) {
      append(bytes.subarray(at, at + 1))
      await reader.round()
    }
    expect(await counted()).toEqual({ 'Köln-🚀': 1 })
    expect(await fileRow()).toMatchObject({ lines: 1, garbage: 0 })
  })

  it('with a line of 5 MB is skipped to the next one, over several reads and a restart', async () => {
    append(line('before'))
    const reader = read()
    await reader.round()
    append(`{"level":"error","msg":"${'x'.repeat(2.5 * 1024 ** 2)}`)
    await reader.round()
    await reader.stop()
    append(`${'x'.repeat(2.5 * 1024 ** 2)}"}\n${line('after')}`)
    await read().round()
    expect(await counted()).toEqual({ before: 1, after: 1 })
    expect(await fileRow()).toEqual({ lines: 2, garbage: 0, too_long: 1 })
  })

  it('may have a line of nearly a megabyte', async () => {
    const long = line('long', { trace: 'x'.repeat(MAX_LINE_BYTES - 200) })
    append(line('before') + long + line('after'))
    await read().round()
    expect(await counted()).toEqual({ before: 1, long: 1, after: 1 })
    expect(await fileRow()).toMatchObject({ too_long: 0 })
  })

  it('with garbage in it loses nothing that was whole', async () => {
    const binary = Buffer.from(Array.from({ length: 4000 }, (_, n) => (n * 7919) % 256).filter((byte) => byte !== 10))
    append(line('one'))
    append(Buffer.concat([binary, Buffer.from('\n')]))
    append(`plain words\n[1,2]\n"text"\n42\nnull\n{"level":"error"\n${line('two')}\n\r\n`)
    append(Buffer.concat([Buffer.from('{"level":"error","msg":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n')]))
    append(`${JSON.stringify({ level: 'error', msg: 'failed in \u0000three\ud800' })}\n`)
    await read().round()
    expect(await counted()).toEqual({ one: 1, two: 1, 'three�': 1 })
    expect(await fileRow()).toMatchObject({ garbage: 8 })
  })
})

describe('a log file that is rotated', () => {
  it('by renaming is read to its end first, the line without an end too', async () => {
    append(line('one'))
    read()
    await eventually(counted).toEqual({ one: 1 })
    append(line('two') + line('three').trimEnd())
    renameSync(path, `${path}.1`)
    append(line('four'))
    await eventually(counted).toEqual({ one: 1, two: 1, three: 1, four: 1 })
    // Who writes the log had the old file open for a moment longer.
    expect(await fileRow()).toMatchObject({ lines: 4, garbage: 0 })
  })

  it('is still read while its writer holds the old file', async () => {
    append(line('one'))
    read()
    await eventually(counted).toEqual({ one: 1 })
    const held = openSync(path, 'a')
    renameSync(path, `${path}.1`)
    append(line('new'))
    writeSync(held, line('held'))
    closeSync(held)
    await eventually(counted).toEqual({ one: 1, held: 1, new: 1 })
  })

  it('twice while nobody reads, is read in its order, file after file', async () => {
    append(line('one'))
    const reader = read()
    await reader.round()
    await reader.stop()
    append(line('two'))
    // File systems keep time to some milliseconds only.
    utimesSync(path, new Date(), new Date(Date.now() - 60_000))
    renameSync(path, `${path}.1`)
    append(line('three'))
    renameSync(`${path}.1`, `${path}.2`)
    renameSync(path, `${path}.1`)
    append(line('four'))
    read()
    await eventually(counted).toEqual({ one: 1, two: 1, three: 1, four: 1 })
  })

  it('by copying and truncating has its copy read to the end', async () => {
    append(line('one'))
    const reader = read()
    await reader.round()
    append(line('two'))
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
    append(line('three'))
    await eventually(counted).toEqual({ one: 1, two: 1, three: 1 })
  })

  it('by truncating is begun anew, also when it has grown past where it was', async () => {
    append(line('one'))
    const reader = read()
    await reader.round()
    truncateSync(path)
    append(line('two'))
    await reader.round()
    truncateSync(path)
    append(line('three') + line('four') + line('five'))
    await reader.round()
    expect(await counted()).toEqual({ one: 1, two: 1, three: 1, four: 1, five: 1 })
  })

  it('under the same number of the file system is told by how it begins', async () => {
    append(line('one'))
    const reader = read()
    await reader.round()
    await reader.stop()
    const file = openSync(path, 'r+')
    ftruncateSync(file)
    writeSync(file, line('other') + line('another'))
    closeSync(file)
    await read().round()
    expect(await counted()).toEqual({ one: 1, other: 1, another: 1 })
  })
})

describe('a log file that is missing', () => {
  const source = () => `logs:${path}`

  it('is a degraded source with its reason, and comes back alone, from its start', async () => {
    const reader = read({ logFrom: 'end' })
    await reader.round()
    expect(t.deps.book.stateOf(source())).toMatchObject({ state: 'degraded', reason: 'The file is not there' })
    append(line('one'))
    await reader.round()
    expect(t.deps.book.stateOf(source())).toMatchObject({ state: 'up' })
    expect(await counted()).toEqual({ one: 1 })
  })

  it('was read to its end when it was deleted, and is not kept on the disk', async () => {
    append(line('one'))
    read()
    await eventually(counted).toEqual({ one: 1 })
    append(line('two'))
    unlinkSync(path)
    await eventually(async () => t.deps.book.isDegraded(source())).toBe(true)
    expect(await counted()).toEqual({ one: 1, two: 1 })
    writeFileSync(path, line('three'))
    await eventually(async () => t.deps.book.isDegraded(source())).toBe(false)
    expect(await counted()).toEqual({ one: 1, two: 1, three: 1 })
  })

  it('or is a folder keeps no other file from being read', async () => {
    const other = join(folder, 'preview.log')
    writeFileSync(other, line('other'))
    await read({ logFiles: [folder, path, other] }).round()
    expect(await counted()).toEqual({ other: 1 })
    expect(t.deps.book.stateOf(`logs:${folder}`)).toMatchObject({ reason: 'It is not a file' })
    expect(t.deps.book.isDegraded(source())).toBe(true)
    expect(t.deps.book.isDegraded(`logs:${other}`)).toBe(false)
  })
})

describe('several processes', () => {
  it('read a file once: one reads, another one follows when it has stopped', async () => {
    append(line('one'))
    const [first, second] = [read(), read()]
    await first.round()
    await second.round()
    expect(await counted()).toEqual({ one: 1 })
    await first.stop()
    append(line('two'))
    await second.round()
    expect(await counted()).toEqual({ one: 1, two: 1 })
  })

  it('do not count a line twice when one of them believes it reads alone', async () => {
    append(line('one'))
    const first = read()
    await first.round()
    await t.sql`update log_reader set until = now() - interval '1 s'`
    const second = read()
    append(line('two'))
    await second.round()
    await first.round()
    await second.round()
    expect(await counted()).toEqual({ one: 1, two: 1 })
  })
})

describe('kill -9', () => {
  const script = fileURLToPath(new URL('./helpers/tail-logs.ts', import.meta.url))
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  /** A process that reads the file, from when it has begun to. */
  async function tailing(): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', script, t.db.url, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.push(child)
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    return child
  }

  it('of the process that reads, again and again, counts no line twice and leaves none out', async () => {
    let written = 0
    writeFileSync(path, '')
    for (let kill = 0; kill < 4; kill++) {
      const child = await tailing()
      await t.sql`delete from log_reader`
      const before = (await fileRow())?.lines ?? 0
      for (let burst = 0; burst < 40; burst++) {
        append(Array.from({ length: 50 }, () => line('burst')).join(''))
        written += 50
        if (burst % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 30))
      }
      if (kill % 2) renameSync(path, `${path}.${kill}`)
      if (kill % 2) writeFileSync(path, '')
      await eventually(async () => ((await fileRow())?.lines ?? 0) > before).toBe(true)
      child.kill('SIGKILL')
    }
    await t.sql`delete from log_reader`
    read()
    await eventually(counted).toEqual({ burst: written })
    expect(await fileRow()).toMatchObject({ lines: written, garbage: 0 })
  }, 120_000)
})

describe('alike lines', () => {
  const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

  it('are one incident, counted by the hour, until a long pause', async () => {
    const timeout = (minutes: number, n: number) => ({
      time: at(minutes),
      msg: `OpenAI request req_${n}abc42 failed after ${n * 100}ms`,
      provider: 'openai',
      error_type: 'timeout',
    })
    for (const [n, minutes] of [900, 890, 300, 200, 20, 5].entries()) append(line('', timeout(minutes, n)))
    append(line('', { time: at(4), msg: 'disk is full', provider: 'openai' }))
    await read().round()
    const incidents = await recentIncidents(t.deps, { limit: 10, hours: 24 })
    expect(incidents.map(({ message, n, kind, provider }) => [message, n, kind, provider])).toEqual([
      ['disk is full', 1, 'ai', 'openai'],
      ['timeout: OpenAI request <id> failed after #', 4, 'ai', 'openai'],
      ['timeout: OpenAI request <id> failed after #', 2, 'ai', 'openai'],
    ])
    const [, today] = incidents
    expect(today?.hours.reduce((sum, { n }) => sum + n, 0)).toBe(4)
    expect(today?.hours.length).toBeGreaterThan(2)
    expect([today?.firstAt.toISOString(), today?.lastAt.toISOString()]).toEqual(
      [at(300), at(5)].map((text) => expect.stringContaining(text.slice(0, 16))),
    )
    expect(await recentIncidents(t.deps, { limit: 10, hours: 2 })).toHaveLength(2)
    expect(await recentIncidents(t.deps, { limit: 1, hours: 24 })).toHaveLength(1)
  })

  it('of two reads are one incident, whichever comes first', async () => {
    append(line('x', { time: at(10) }))
    const reader = read()
    await reader.round()
    append(line('x', { time: at(60) }) + line('x', { time: at(5) }))
    await reader.round()
    const [incident, ...others] = await recentIncidents(t.deps, { limit: 10, hours: 24 })
    expect(others).toEqual([])
    expect(incident).toMatchObject({ n: 3 })
    expect(incident!.lastAt.getTime() - incident!.firstAt.getTime()).toBeGreaterThan(50 * 60_000)
  })

  it('hold nothing of what users wrote in privacy mode strict', async () => {
    append(line('', { msg: 'no template for "secret plans" of ada@example.com' }))
    await read({ privacy: 'strict' }).round()
    const stored = await t.sql`select * from incidents`
    expect(stored).toMatchObject([{ message: 'no template for <text> of <email>', sample: null }])
    expect(JSON.stringify(stored)).not.toMatch(/secret|ada@/)
  })
})

describe('a line', () => {
  const trouble = (fields: object) => readLine(Buffer.from(JSON.stringify(fields)))

  it('is an error or a warning by the level of pino, winston, bunyan and others', () => {
    const severity = (fields: object) => trouble(fields)?.severity
    expect(severity({ level: 50, msg: 'x' })).toBe('error')
    expect(severity({ level: 60, msg: 'x' })).toBe('error')
    expect(severity({ level: 40, msg: 'x' })).toBe('warn')
    expect(severity({ level: 30, msg: 'x' })).toBeUndefined()
    expect(severity({ level: 'error', message: 'x' })).toBe('error')
    expect(severity({ level: '\u001b[31mERROR\u001b[39m', message: 'x' })).toBe('error')
    expect(severity({ level: 'warning', message: 'x' })).toBe('warn')
    expect(severity({ severity: 'CRITICAL', message: 'x' })).toBe('error')
    expect(severity({ log: { level: 'warn' }, message: 'x' })).toBe('warn')
    expect(severity({ level: 'info', msg: 'fine', status: 200 })).toBeUndefined()
    expect(severity({ msg: 'fine', status: 'ok' })).toBeUndefined()
  })

  it('without a level is an error by how it ended', () => {
    expect(trouble({ event: 'preview', status: 'failed' })?.severity).toBe('error')
    expect(trouble({ event: 'ai_request', success: false })?.severity).toBe('error')
    expect(trouble({ event: 'ai_request', error_type: 'rate_limit' })?.severity).toBe('error')
    expect(trouble({ level: 'info', event: 'ai_request', status: 503 })?.severity).toBe('error')
  })

  it('says provider, kind of error and status, wherever they stand', () => {
    expect(
      trouble({
        level: 50,
        msg: 'request failed',
        provider: 'anthropic',
        err: { type: 'RateLimitError', message: 'slow down' },
        status: 429,
      }),
    ).toMatchObject({ provider: 'anthropic', message: 'RateLimitError, HTTP 429: request failed: slow down' })
    expect(
      trouble({ level: 'error', message: 'no answer', service: 'builder', error: 'socket hang up' }),
    ).toMatchObject({
      provider: 'builder',
      message: 'no answer: socket hang up',
    })
    expect(trouble({ level: 'error' })?.message).toBe('no message')
  })

  it('has its instant as text, seconds or milliseconds', () => {
    const at = new Date('2026-11-20T10:00:00Z')
    for (const time of [at.toISOString(), at.getTime(), at.getTime() / 1000, `${at.getTime()}`])
      expect(trouble({ level: 'error', msg: 'x', time })?.ts).toEqual(at)
    expect(trouble({ level: 'error', msg: 'x', ts: 'never' })?.ts).toBeUndefined()
  })

  it('of a file tells of AI, previews or the rest', () => {
    expect(kindOf('/data/logs/ai-events.log')).toBe('ai')
    expect(kindOf('/data/logs/preview.log')).toBe('preview')
    expect(kindOf('/var/log/mail.log')).toBe('log')
  })
})

describe('a message', () => {
  it('loses what differs between two that say the same', () => {
    expect(normaliseMessage('job 8f14e45f-ceea-467f-a0e6-1234567890ab took 12.5s')).toBe('job <id> took #')
    expect(normaliseMessage('GET https://api.example.com/v1/x?key=1 failed at 2026-11-20T10:00:00.123Z')).toBe(
      'GET <url> failed at <time>',
    )
    expect(normaliseMessage(`can't read "my file" of prj_4fd81c, it's 'gone'`)).toBe(
      `can't read <text> of <id>, it's <text>`,
    )
    expect(normaliseMessage('10.0.0.7:5432 refused 0xdeadbeef deadbeef01')).toBe('<ip> refused <hex> <hex>')
    expect(normaliseMessage('first line\n at stack (file.ts:1)')).toBe('first line')
  })

  it('made to slow the patterns down is answered as well', () => {
    for (const piece of ['a.', 'a@', '1', '1.', '"', "'", 'a_', '0x', '- ', 'ab1', '1:', 'a-', 'a://'])
      expect(normaliseMessage(piece.repeat(1_000_000)).length).toBeLessThanOrEqual(3_000)
  })
})

describe('the logs of the demo', () => {
  it('tell of what failed, and of nothing else', async () => {
    const logs = new ProductLogs(folder)
    const ts = new Date().toISOString()
    const call = { ts, ai: true, provider: 'anthropic', model: 'claude-sonnet-4-5', endpoint: '/ai/x', latency_ms: 900 }
    const job = { id: 'job_1', kind: 'preview', object_id: 'prj_5bf81f607525820b', queue: 'previews', finished_at: ts }
    const fact = (kind: 'api_calls' | 'jobs', row: object) => ({ kind, atMs: Date.now(), row: { ...row } })
    logs.write([
      fact('api_calls', { ...call, status: 'ok' }),
      fact('api_calls', { ...call, status: 'error', error_kind: 'rate_limit', http_status: 429 }),
      fact('api_calls', { ...call, status: 'error', error_kind: 'rate_limit', http_status: 429, latency_ms: 5000 }),
      fact('api_calls', { ...call, status: 'error', ai: false }),
      fact('jobs', { ...job, status: 'succeeded' }),
      fact('jobs', { ...job, status: 'failed', error: 'missing asset' }),
      fact('jobs', { ...job, kind: 'build', status: 'failed', error: 'out of memory' }),
    ])
    await read({ logFiles: logs.paths }).round()
    const incidents = await recentIncidents(t.deps, { limit: 10, hours: 1 })
    expect(incidents.map(({ kind, provider, n, message }) => [kind, provider, n, message]).sort()).toEqual([
      [
        'ai',
        'anthropic',
        2,
        'rate_limit, HTTP 429: AI request failed: rate limit of claude-sonnet-#-# reached, try again in # s',
      ],
      ['preview', 'preview', 1, 'preview of <id> failed: missing asset'],
    ])
  })
})

describe('the files', () => {
  it('are those of the setting, or of the preset that knows where they are', () => {
    expect(logPaths({ logFiles: ['/x.log'], presets: ['hivesync'] })).toEqual(['/x.log'])
    expect(logPaths({ logFiles: [], presets: [] })).toEqual([])
    expect(logPaths({ logFiles: [], presets: ['hivesync'] })).toEqual([
      '/data/logs/ai-events.log',
      '/data/logs/preview.log',
    ])
    expect(logPaths({ logFiles: ['off'], presets: ['hivesync'] })).toEqual([])
  })
})
