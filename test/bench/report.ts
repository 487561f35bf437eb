import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

export interface Result {
  name: string
  value: number
  target: number
  /** What must hold in any case. */
  floor: number
  better: 'more' | 'less'
  unit?: '%'
  note?: string
}

export type Verdict = 'reached' | 'above the floor' | 'BELOW THE FLOOR'

const FILE = fileURLToPath(new URL('RESULTS.md', import.meta.url))
const TITLE = '# Benches\n\n`npm run bench`: ratios within one run, medians of five interleaved rounds. Newest last.\n'

/** A value that could not be measured reaches nothing. */
export function verdictOf({ value, target, floor, better }: Result): Verdict {
  const holds = (bound: number) => (better === 'more' ? value >= bound : value <= bound)
  if (holds(target)) return 'reached'
  return holds(floor) ? 'above the floor' : 'BELOW THE FLOOR'
}

export function line(result: Result): string {
  const { name, better, note = '' } = result
  const sign = better === 'more' ? '≥' : '≤'
  const bounds = [result.target, result.floor].map((bound) => `${sign} ${shown(result, bound)}`)
  return `| ${[name, shown(result, result.value), ...bounds, verdictOf(result), note].join(' | ')} |`
}

function shown({ unit }: Result, value: number): string {
  if (unit === '%') return `${(value * 100).toFixed(1)} %`
  return Math.abs(value) >= 100
    ? value.toFixed(0)
    : Math.abs(value) >= 0.1 || value === 0
      ? value.toFixed(2)
      : value.toFixed(4)
}

/** A table a run, with when, of which commit, at which size and on what. */
export function keep(results: Result[], events: number, minutes: number): string {
  const about = [
    new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit(),
    `${events.toLocaleString('en')} events`,
    `${cpus().length} cores`,
    `Node ${process.versions.node}`,
    `${minutes.toFixed(1)} minutes`,
  ]
  const head = '| bench | measured | target | floor | verdict | |\n| --- | --- | --- | --- | --- | --- |'
  const table = `\n## ${about.join(', ')}\n\n${head}\n${results.map(line).join('\n')}\n`
  appendFileSync(FILE, existsSync(FILE) ? table : TITLE + table)
  return table
}

/** With a + where files differ from it. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', cwd: fileURLToPath(new URL('.', import.meta.url)) })
  try {
    return git('rev-parse', '--short', 'HEAD').trim() + (git('status', '--porcelain', '-uno').trim() === '' ? '' : '+')
  } catch {
    return 'no commit'
  }
}
