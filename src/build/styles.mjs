/** One style sheet: what our views use of Tabler, in a cascade layer below our own rules; and the font. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build as bundle, transform } from 'esbuild'
import { PurgeCSS } from 'purgecss'
import { emit } from './emit.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const tabler = `${root}node_modules/@tabler/core/dist/css/tabler.min.css`
const inter = `${root}node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2`
const targets = ['chrome111', 'firefox114', 'safari16.4']

/** Writes app.css, inter.woff2 and icon.svg into outDir. */
export async function build(outDir) {
  const font = emit(outDir, 'inter.woff2', readFileSync(inter))
  emit(outDir, 'icon.svg', readFileSync(`${root}public/icon.svg`))
  const ours = await bundle({
    entryPoints: [`${root}public/styles/index.css`],
    bundle: true,
    write: false,
    external: ['*.woff2'],
    target: targets,
  })
  const sheet = `@layer tabler{${await purgedTabler()}}${ours.outputFiles[0].text}`
  const { code } = await transform(sheet.replaceAll('inter.woff2', `/assets/${font}`), {
    loader: 'css',
    minify: true,
    target: targets,
    legalComments: 'none',
  })
  emit(outDir, 'app.css', `/*! Tabler (MIT), © codecalm.net */${code}`)
}

/**
 * Tabler has rules for words that occur in any program ("row", "table", "card", "page"). Ours begin with q-, so those
 * are left out by name and only its reset, forms and buttons stay.
 */
async function purgedTabler() {
  const css = readFileSync(tabler, 'utf8').replace(/^@charset "UTF-8";/, '')
  const [result] = await new PurgeCSS().purge({
    content: [`${root}views/**/*.tsx`, `${root}public/**/*.ts`],
    css: [{ raw: css }],
    variables: true,
    keyframes: true,
    fontFace: true,
    extractors: [{ extensions: ['tsx', 'ts'], extractor: classNames }],
    safelist: {
      standard: ['html', 'body', ':root'],
      variables: [/^--tblr-(font|body|border|link|primary|form|btn|bg-forms)/],
    },
  })
  return result.css
}

/** Tag names, and the words of class attributes and class-like strings. */
function classNames(text) {
  const tags = [...text.matchAll(/<([a-z][a-z0-9]*)[\s/>]/g)].map((found) => found[1])
  const classes = [...text.matchAll(/class(?:Name)?=(?:"([^"]*)"|\{([^}]*)\})/g)].flatMap((found) =>
    (found[1] ?? found[2] ?? '').split(/[^\w-]+/),
  )
  return [...new Set([...tags, ...classes].filter(Boolean))]
}
