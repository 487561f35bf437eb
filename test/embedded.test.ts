import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../src/db/connect.ts'
import { type Embedded, startEmbedded } from '../src/db/embedded.ts'
import { isAlive } from '../src/db/postgres-process.ts'

let folder: string
let dataDir: string
const cleanups: (() => unknown)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quarterdeck-embedded-'))
  dataDir = join(folder, 'data')
  // As root, a folder made for one user only would send the cluster elsewhere, which has a test of its own.
  mkdirSync(dataDir, { recursive: true })
  chmodSync(folder, 0o755)
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  rmSync(folder, { recursive: true, force: true })
})

async function startHere(options: { watch?: boolean } = {}): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, unsafe: true, ...options })
  cleanups.push(() => embedded.stop())
  return embedded
}

interface Said {
  adopted: boolean
  pid: number
  url: string
  started: string
}

/** Another process which uses the folder's Postgres. */
async function startElsewhere(): Promise<{ child: ChildProcess; said: Said; leave: () => Promise<void> }> {
  const script = fileURLToPath(new URL('./helpers/hold-postgres.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  cleanups.push(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout!), 'line')
  const leave = async () => {
    const left = once(child, 'exit')
    child.stdin!.end()
    await left
  }
  return { child, said: JSON.parse(line as string) as Said, leave }
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const db = connect(url)
  try {
    return await db.sql.unsafe(text)
  } finally {
    await db.close()
  }
}

describe('the embedded Postgres', () => {
  it('is made, stopped, and started again with what it had', async () => {
    const first = await startHere()
    expect(first.adopted).toBe(false)
    await query(first.url, 'create table kept as select 42 as answer')
    const pid = (await first.pid())!
    await first.stop()
    expect(isAlive(pid)).toBe(false)
    const second = await startHere()
    expect(second.url).toBe(first.url)
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  it('listens on the loopback only, with a password that only its owner can read', async () => {
    const { url } = await startHere()
    expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600)
    const wrong = new URL(url)
    wrong.password = 'guess'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/)
  })

  it('lives on when its parent is killed, and is adopted by the next', async () => {
    const { child, said } = await startElsewhere()
    await query(said.url, 'create table kept as select 42 as answer')
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    const heir = await startHere()
    expect(heir.adopted).toBe(true)
    expect(await heir.pid()).toBe(said.pid)
    expect(await query(heir.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    await heir.stop()
    expect(isAlive(said.pid)).toBe(false)
  })

  it('is not stopped by a command that ran beside the server', async () => {
    const server = await startHere()
    const command = await startElsewhere()
    expect(command.said).toMatchObject({ adopted: true, url: server.url })
    await command.leave()
    expect(await server.pid()).toBe(command.said.pid)
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('outlives the server while a command still uses it', async () => {
    const server = await startHere()
    const command = await startElsewhere()
    await server.stop()
    expect(isAlive(command.said.pid)).toBe(true)
    await command.leave()
    expect(isAlive(command.said.pid)).toBe(false)
  })

  it('is one, however many start it at once', async () => {
    const all = await Promise.all([startElsewhere(), startElsewhere(), startElsewhere()])
    expect(new Set(all.map(({ said }) => said.pid)).size).toBe(1)
    expect(all.filter(({ said }) => !said.adopted)).toHaveLength(1)
    await Promise.all(all.map(({ leave }) => leave()))
    expect(isAlive(all[0]!.said.pid)).toBe(false)
  })

  it('starts though a crash left its pid file, and the pid is another process now', async () => {
    const first = await startHere()
    await first.stop()
    const cluster = realpathSync(join(dataDir, 'postgres'))
    writeFileSync(join(cluster, 'postmaster.pid'), `${process.pid}\n${cluster}\n0\n5432\n\n127.0.0.1\n`)
    writeFileSync(join(dataDir, 'start.lock'), '999999')
    const second = await startHere()
    expect(second.adopted).toBe(false)
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('is started again on the same port when it is killed under a server', async () => {
    const server = await startHere({ watch: true })
    const before = (await server.pid())!
    process.kill(before, 'SIGKILL')
    await expect
      .poll(() => query(server.url, 'select 1 as one').catch(() => []), { timeout: 20_000, interval: 100 })
      .toEqual([{ one: 1 }])
    expect(await server.pid()).not.toBe(before)
  })

  it('says so when its password is lost', async () => {
    const first = await startHere()
    await first.stop()
    rmSync(join(dataDir, 'postgres.json'))
    await expect(startEmbedded({ dataDir })).rejects.toThrow(/password .* is missing/)
  })

  it('of root, whose folders nobody else may enter, has its files elsewhere', async () => {
    if (process.getuid?.() !== 0) return
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    dataDir = join(closed, 'data')
    const embedded = await startHere()
    const cluster = realpathSync(join(dataDir, 'postgres'))
    cleanups.unshift(() => rmSync(cluster, { recursive: true, force: true }))
    expect(cluster.startsWith(folder)).toBe(false)
    expect(await query(embedded.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(existsSync(join(cluster, 'PG_VERSION'))).toBe(true)
  })
})
