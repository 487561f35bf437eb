/** The browser's scripts: app.js first, charts.js after the first paint, theme.js only for the system's theme. */
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { emit } from './emit.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const entries = { app: 'esm', charts: 'esm', theme: 'iife' }

/** Writes app.js, charts.js and theme.js into outDir. */
export async function build(outDir) {
  for (const [name, format] of Object.entries(entries)) {
    const result = await bundle({
      entryPoints: [`${root}public/${name}.ts`],
      bundle: true,
      write: false,
      format,
      minify: true,
      target: ['chrome111', 'firefox114', 'safari16.4'],
      legalComments: 'none',
    })
    emit(outDir, `${name}.js`, result.outputFiles[0].contents)
  }
}
