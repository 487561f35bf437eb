import type { Deps } from '../context.ts'
import { type Catalogue, freshCatalogue } from '../custom-metrics/catalogue.ts'
import type { Who } from '../env.ts'
import { Problem } from '../lib/errors.ts'
import { type FileProblem, readYamlFile, type YamlFile } from '../lib/yaml-file.ts'
import { listRules } from './find.ts'
import { problemsOf, type Rule, ruleSchema, type StoredRule } from './rule.ts'
import { changeable, changing, checkRule, insertRule, MAX_RULES, replaceRule } from './store.ts'
import { MAX_FILE, written } from './yaml.ts'

/** What a file says of one rule, beside what is there. */
export interface Planned {
  /** The slug that the file names; a new rule without one is called by its name. */
  slug: string | undefined
  rule: Rule
  before: StoredRule | undefined
  change: 'added' | 'changed' | 'same'
  fields: { field: string; before: string; after: string }[]
}
export type ImportPlan = { ok: true; rules: Planned[]; seen: string } | { ok: false; problems: FileProblem[] }

/** What a file of rules would do, or all that is wrong with it at once; nothing is stored. */
export async function planImport(deps: Deps, who: Who, text: string): Promise<ImportPlan> {
  const file = readYamlFile(text, MAX_FILE)
  if ('problems' in file) return { ok: false, problems: file.problems }
  const entries = entriesOf(file)
  if (!Array.isArray(entries)) return { ok: false, problems: [entries] }
  const catalogue = await freshCatalogue(deps)
  const there = new Map((await listRules(deps, who)).map((one) => [one.slug, one]))
  const problems: FileProblem[] = []
  const rules: Planned[] = []
  for (const entry of entries) {
    const read = readEntry(catalogue, file, entry)
    const twice = read.slug !== undefined && rules.some(({ slug }) => slug === read.slug)
    const wrong = [
      ...read.problems,
      ...(twice ? [file.at([...entry.path, 'rule'], `“${read.slug}” is there twice.`)] : []),
      ...(read.rule && read.problems.length === 0 ? await refusedOf(deps, who, file, entry, read.rule) : []),
    ]
    problems.push(...wrong)
    if (read.rule) rules.push(plannedOf(read.slug, read.rule, there.get(read.slug ?? '')))
  }
  const all = there.size + rules.filter(({ change }) => change === 'added').length
  if (all > MAX_RULES) problems.push(file.at([], `There would be ${all} rules; ${MAX_RULES} is the most.`))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules, seen: seenOf(rules) }
}

/**
 * Makes and changes the rules of a file, all of them or none. `seen` is that of the plan which was looked at.
 * @throws Problem 409 where a rule has been changed since, 422 where the file is wrong
 */
export async function importRules(deps: Deps, who: Who, text: string, seen: string): Promise<number> {
  const plan = await planImport(deps, who, text)
  if (!plan.ok) throw new Problem(422, 'The file is not valid', 'Something in the file is wrong.')
  if (plan.seen !== seen) throw meanwhile()
  const todo = plan.rules.filter(({ change }) => change !== 'same')
  await changing(deps, async (tx) => {
    for (const { slug, rule, before } of todo) {
      if (!before) await insertRule(tx, who, rule, slug)
      else {
        const now = await changeable(tx, who, before.slug)
        if (now.version !== before.version) throw meanwhile()
        await replaceRule(tx, deps, who, now, rule)
      }
    }
  })
  return todo.length
}

const meanwhile = () =>
  new Problem(
    409,
    'Changed meanwhile',
    'Somebody has changed a rule meanwhile; the comparison below is with it as it is now.',
  )

/** Which rules the file was compared with. */
const seenOf = (rules: readonly Planned[]): string =>
  rules.map(({ before }) => (before ? `${before.slug}:${before.version}` : '+')).join(' ')

interface Entry {
  path: (string | number)[]
  value: unknown
}

/** A list under `rules`, as all of them are exported; or one rule, as it is by itself. */
function entriesOf(file: YamlFile): Entry[] | FileProblem {
  const { value } = file
  if (!isFields(value)) return file.at([], 'A file has a list called rules, or the fields of one rule.')
  if (!('rules' in value)) return [{ path: [], value }]
  const extra = Object.keys(value).find((key) => key !== 'rules')
  if (extra !== undefined) return file.at([extra], `“${extra}” is not known here.`)
  if (!Array.isArray(value.rules) || value.rules.length === 0) return file.at(['rules'], 'The list of rules is empty.')
  return value.rules.map((one: unknown, i) => ({ path: ['rules', i], value: one }))
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const SLUG = /^(?!\d+$)[a-z0-9-]{1,100}$/

interface ReadEntry {
  slug?: string
  rule?: Rule
  problems: FileProblem[]
}

function readEntry(catalogue: Catalogue, file: YamlFile, { path, value }: Entry): ReadEntry {
  if (!isFields(value)) return { problems: [file.at(path, 'A rule is fields with values, such as “name: Errors”.')] }
  const { rule: slug, ...fields } = value
  const isSlug = slug === undefined || (typeof slug === 'string' && SLUG.test(slug))
  const named = isSlug
    ? []
    : [file.at([...path, 'rule'], 'The name of a rule in addresses has small letters, digits and hyphens.')]
  const read = ruleSchema.safeParse(fields)
  if (!read.success)
    return { problems: [...named, ...read.error.issues.flatMap((issue) => file.problemsOf(issue, path))] }
  const wrong = problemsOf(catalogue, read.data).map(({ field, message }) => file.at([...path, field], message))
  return {
    rule: read.data,
    problems: [...named, ...wrong],
    ...(isSlug && slug !== undefined && { slug: slug as string }),
  }
}

/** Whose rule it may be, and whom it may tell. */
async function refusedOf(deps: Deps, who: Who, file: YamlFile, { path }: Entry, rule: Rule): Promise<FileProblem[]> {
  try {
    await checkRule(deps, who, rule)
    return []
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    return [file.at([...path, error.field ?? 'scope'], error.message)]
  }
}

function plannedOf(slug: string | undefined, rule: Rule, before: StoredRule | undefined): Planned {
  if (!before) return { slug, rule, before, change: 'added', fields: [] }
  const [old, now] = [fieldsOf(before.rule), fieldsOf(rule)]
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((field) =>
    old[field] === now[field] ? [] : [{ field, before: old[field] ?? '', after: now[field] ?? '' }],
  )
  return { slug, rule, before, change: fields.length > 0 ? 'changed' : 'same', fields }
}

/** As it would be written; through the schema, since the database keeps fields in an order of its own. */
function fieldsOf(rule: Rule): Record<string, string> {
  const read = ruleSchema.safeParse(rule)
  const entries = Object.entries(written(read.success ? read.data : rule))
  return Object.fromEntries(
    entries.map(([field, value]) => [field, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
