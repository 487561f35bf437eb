import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BoardDoc, TEMPLATE_PREFIX } from './doc.ts'
import { BUILT_IN } from './metrics.ts'
import { boardFromYaml, type ReadFile } from './yaml.ts'

/** Beside this file, and beside dist/cli.js, which has its own copy. */
const folders = ['./templates/', './board-templates/'].map((name) => fileURLToPath(new URL(name, import.meta.url)))

export interface Template {
  /** Its address among the boards. */
  slug: string
  doc: BoardDoc
}

let loaded: Map<string, BoardDoc> | undefined

/** The boards that Quarterdeck brings along, in the order of their names. @throws where one of them does not read */
export function loadTemplates(): Template[] {
  loaded ??= new Map(templateFiles().map(({ name, read }) => [`${TEMPLATE_PREFIX}${name}`, docOf(name, read)]))
  return [...loaded].map(([slug, doc]) => ({ slug, doc }))
}

export function templateOf(slug: string): BoardDoc | undefined {
  if (!slug.startsWith(TEMPLATE_PREFIX)) return undefined
  return loadTemplates().find((one) => one.slug === slug)?.doc
}

/** The files as they read, for the test that says what is wrong with one. */
export function templateFiles(): { name: string; text: string; read: ReadFile }[] {
  const folder = folders.find((one) => existsSync(one)) ?? ''
  const files = folder === '' ? [] : readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  return files.sort().map((file) => {
    const text = readFileSync(`${folder}${file}`, 'utf8')
    return { name: basename(file, '.yaml'), text, read: boardFromYaml(CLOCK, text) }
  })
}

/** Templates name no days. */
const CLOCK = { config: { timeZone: 'UTC' }, now: () => new Date(), catalogue: BUILT_IN } as Parameters<
  typeof boardFromYaml
>[0]

function docOf(name: string, read: ReadFile): BoardDoc {
  if (read.ok) return read.doc
  const problems = read.problems.map(({ line, message }) => `line ${line}: ${message}`)
  throw new Error(`the board template ${name} does not read: ${problems.join('; ')}`)
}
