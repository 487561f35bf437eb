/** Builds dist/: cli.js (the server, packages left outside), migrations/, public/. --dev: what the browser needs only. */
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { build as buildScripts } from './browser.mjs'
import { build as buildStyles } from './styles.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
export const distFolder = `${root}dist`

/** Bundles the server; each file is renamed into place, so that a command that starts meanwhile reads a whole one. */
export async function buildServer(outDir) {
  const { outputFiles } = await build({
    entryPoints: [`${root}src/cli.ts`],
    outfile: `${outDir}/cli.js`,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    logLevel: 'warning',
  })
  mkdirSync(outDir, { recursive: true })
  copyFolder(`${root}migrations`, `${outDir}/migrations`)
  copyFolder(`${root}src/connectors/presets`, `${outDir}/presets`)
  copyFolder(`${root}src/boards/templates`, `${outDir}/board-templates`)
  for (const { path, contents } of outputFiles) {
    writeFileSync(`${path}.${process.pid}`, contents)
    renameSync(`${path}.${process.pid}`, path)
  }
}

function copyFolder(from, to) {
  const partial = `${to}.${process.pid}`
  cpSync(from, partial, { recursive: true })
  rmSync(to, { recursive: true, force: true })
  renameSync(partial, to)
}

/** Styles, scripts and fonts; one after the other, since both write the manifest. */
export async function buildBrowser(outDir) {
  await buildStyles(`${outDir}/public`)
  await buildScripts(`${outDir}/public`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildBrowser(distFolder)
  if (!process.argv.includes('--dev')) await buildServer(distFolder)
}
