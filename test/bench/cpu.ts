import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Sql } from '../../src/db/connect.ts'

/** The clock ticks of /proc, on every Linux there is. */
const TICK_MS = 10

interface Times {
  parent: number
  own: number
  /** Of children that have ended. */
  ended: number
}

/** CPU milliseconds of a process and of the Postgres behind `sql` with its backends; undefined where there is no /proc. */
export async function cpuMeter(sql: Sql, pid: number): Promise<(() => number) | undefined> {
  if (!existsSync('/proc/self/stat')) return undefined
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  const postmaster = timesOf(String(row!.pid))?.parent
  if (postmaster === undefined) return undefined
  return () => ownMs(String(pid)) + ownMs(String(postmaster)) + childrenMs(postmaster)
}

function ownMs(pid: string): number {
  const times = timesOf(pid)
  return times ? times.own + times.ended : 0
}

function childrenMs(parent: number): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return all.reduce((ms, pid) => {
    const times = timesOf(pid)
    return times?.parent === parent ? ms + times.own : ms
  }, 0)
}

/** The name of the process may have spaces and brackets in it: the fields are counted from behind it. */
function timesOf(pid: string): Times | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const at = (field: number) => fields[field - 3]!
    return { parent: at(4), own: TICK_MS * (at(14) + at(15)), ended: TICK_MS * (at(16) + at(17)) }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}
