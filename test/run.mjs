/** npm test: sees to what the tests need, runs them all, and prints as its last line "N passed, N failed". */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const inCi = ['1', 'true'].includes(process.env.CI ?? '')
process.chdir(root)

/** What tests need beside Node; the flag makes just those tests skip themselves, visibly. */
const needs = [
  { programs: ['redis-server'], pack: 'redis-server', flag: 'TEST_WITHOUT_REDIS' },
  { programs: ['nats-server'], pack: 'nats-server', flag: 'TEST_WITHOUT_NATS' },
  { programs: ['prometheus'], pack: 'prometheus', flag: 'TEST_WITHOUT_PROMETHEUS' },
  {
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    pack: 'chromium',
    flag: 'TEST_WITHOUT_BROWSER',
    tells: 'CHROMIUM_PATH',
    given: process.env.CHROMIUM_PATH,
  },
]

const missing = provide()
if (missing.length > 0 && inCi) finish({ passed: 0, failed: missing.length, skipped: 0 })
const env = { ...process.env, ...Object.fromEntries(missing.map(({ flag }) => [flag, '1'])) }
for (const need of needs) if (need.tells && find(need)) env[need.tells] = find(need)
if (spawnSync(process.execPath, ['src/build/build.mjs'], { stdio: 'inherit' }).status !== 0)
  finish({ passed: 0, failed: 1, skipped: 0 })
finish(runTests(process.argv.slice(2)))

/** Installs what is missing where that can be done without asking; answers what still is. */
function provide() {
  const absent = needs.filter((need) => !find(need))
  if (absent.length === 0) return []
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) install(absent.map(({ pack }) => pack))
  const still = absent.filter((need) => !find(need))
  if (still.length > 0) {
    const names = still.map(({ pack }) => pack).join(' and ')
    console.log(
      `Missing: ${names}; ${inCi ? 'with CI=true nothing may be skipped' : 'the tests that need it are skipped'}.`,
    )
  }
  return still
}

/** Where one of the programs is; undefined = nowhere. */
function find({ programs, given }) {
  if (given) return existsSync(given) ? given : undefined
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return programs.flatMap((program) => folders.map((folder) => join(folder, program))).find((path) => existsSync(path))
}

function install(packs) {
  console.log(`Installing ${packs.join(' and ')} …`)
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update', '-qq'], options)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packs], options)
}

function runTests(filters) {
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-results-'))
  const file = join(folder, 'results.json')
  const args = [
    'run',
    '--config',
    'test/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]
  const { status } = spawnSync('node_modules/.bin/vitest', [...args, ...filters], { stdio: 'inherit', env })
  try {
    return { ...countsOf(file), broken: status !== 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function countsOf(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 }
  const results = JSON.parse(readFileSync(file, 'utf8'))
  // A file that could not even be loaded has no tests to fail.
  const unloaded = results.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  for (const { name, message } of unloaded) console.log(`could not be loaded: ${name}: ${message}`)
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + unloaded.length,
    skipped: results.numPendingTests + results.numTodoTests,
  }
}

/** Errors outside of any test (vitest exits with 1 though all have passed) fail the run too. */
function finish({ passed, failed, skipped, broken = false }) {
  const failures = failed === 0 && (broken || passed === 0) ? 1 : failed
  const unwanted = inCi && skipped > 0
  if (unwanted) console.log(`${skipped} tests were skipped, which is a failure with CI=true.`)
  const parts = [`${passed} passed`, `${unwanted ? failures + skipped : failures} failed`]
  if (skipped > 0 && !unwanted) parts.push(`${skipped} skipped`)
  console.log(parts.join(', '))
  process.exit(failures > 0 || unwanted ? 1 : 0)
}
