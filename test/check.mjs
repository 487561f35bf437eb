/** npm run check: types, lint and format, schema dump, README's settings, duplicate routes, long files. --write updates. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

const root = fileURLToPath(new URL('..', import.meta.url))
const writes = process.argv.includes('--write')
const MAX_LINES = 250
process.chdir(root)
register()

const checks = {
  types: () => run('tsc', ['--noEmit', '-p', '.']),
  'lint and format': () => run('biome', ['check', '--error-on-warnings', ...(writes ? ['--write'] : [])]),
  'long files': longFiles,
  'schema dump and routes': schemaAndRoutes,
  'settings in the README': readmeSettings,
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  const problems = await check()
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${name}`)
  for (const problem of problems) console.log(`     ${problem.replaceAll('\n', '\n     ')}`)
  if (problems.length > 0) failed++
}
process.exit(failed > 0 ? 1 : 0)

function run(tool, args) {
  const { status, stdout, stderr, error } = spawnSync(`node_modules/.bin/${tool}`, args, { encoding: 'utf8' })
  return status === 0 ? [] : [error ? error.message : `${stdout}${stderr}`.trim()]
}

/** A long file gives its reason in its first lines: "Long because: …". */
function longFiles() {
  const files = ['src', 'views', 'public'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(tsx?|mjs|css)$/.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
  )
  return files.flatMap((file) => {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const explained = lines.slice(0, 5).some((line) => line.includes('Long because:'))
    return lines.length > MAX_LINES && !explained ? [`${file} has ${lines.length} lines and gives no reason`] : []
  })
}

async function schemaAndRoutes() {
  const { startEmbedded } = await import('../src/db/embedded.ts')
  const folder = mkdtempSync(join(tmpdir(), 'quarterdeck-check-'))
  const server = await startEmbedded({ dataDir: folder, unsafe: true })
  try {
    return await withCore({ DATABASE_URL: server.url, DATA_DIR: folder }, async (deps) => [
      ...(await schemaDiffers(deps.db.sql)),
      ...(await duplicateRoutes(deps)),
    ])
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function withCore(env, action) {
  const { loadConfig } = await import('../src/config.ts')
  const { openCore } = await import('../src/core.ts')
  const { createLog } = await import('../src/lib/log.ts')
  const core = await openCore(loadConfig(env), createLog('silent'))
  try {
    return await action(core.deps)
  } finally {
    await core.close()
  }
}

async function schemaDiffers(sql) {
  const { dumpSchema } = await import('./helpers/dump-schema.ts')
  const dump = await dumpSchema(sql)
  if (writes) writeFileSync('test/schema.sql', dump)
  const committed = existsSync('test/schema.sql') ? readFileSync('test/schema.sql', 'utf8') : ''
  if (committed === dump) return []
  const known = new Set(committed.split('\n'))
  const first = dump.split('\n').find((line) => !known.has(line)) ?? 'something was removed'
  return [
    `the migrations do not make test/schema.sql (first difference: ${first}); see it with npm run check -- --write`,
  ]
}

/** Of two routes with one method and path the second is never reached. */
async function duplicateRoutes(deps) {
  const { createApp } = await import('../src/app.tsx')
  const { inspectRoutes } = await import('hono/dev')
  const seen = new Set()
  return inspectRoutes(createApp(deps))
    .filter(({ isMiddleware }) => !isMiddleware)
    .map(({ method, path }) => `${method} ${path.replace(/:[^/]+/g, ':x')}`)
    .filter((route) => seen.has(route) || !seen.add(route))
    .map((route) => `${route} is registered twice`)
}

/** A test compares the table too; here it can be written. */
async function readmeSettings() {
  const { settingsTable } = await import('../src/config.ts')
  const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : ''
  const current = readme.replace(
    /(<!-- settings:[^>]*-->)[\s\S]*?(<!-- \/settings -->)/,
    (_, open, close) => `${open}\n\n${settingsTable()}\n\n${close}`,
  )
  if (writes) writeFileSync('README.md', current)
  else if (current !== readme) return ['the table of settings in README.md is old; npm run check -- --write']
  return []
}
