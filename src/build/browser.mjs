/**
 * The scripts: app.js first, charts.js after the first paint, theme.js only for the system's theme; q.js runs in the
 * pages of products.
 */
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { emit } from './emit.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const own = ['chrome111', 'firefox114', 'safari16.4']
const scripts = {
  app: { entry: 'app.ts', format: 'esm', target: own },
  charts: { entry: 'charts.ts', format: 'esm', target: own },
  theme: { entry: 'theme.ts', format: 'iife', target: own },
  q: { entry: 'q/main.ts', format: 'iife', target: 'es2022' },
}

/** Writes them into outDir. */
export async function build(outDir) {
  for (const [name, { entry, format, target }] of Object.entries(scripts)) {
    const result = await bundle({
      entryPoints: [`${root}public/${entry}`],
      bundle: true,
      write: false,
      format,
      minify: true,
      target,
      legalComments: 'none',
    })
    emit(outDir, `${name}.js`, result.outputFiles[0].contents)
  }
}
