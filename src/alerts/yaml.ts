import { Document, parseDocument } from 'yaml'
import { type Rule, ruleSchema } from './rule.ts'

const MAX_FILE = 256 * 1024
const MAX_ALIASES = 20

/** A rule as a file; read again it is the same rule. */
export function ruleToYaml(rule: Rule): string {
  return new Document(written(rule)).toString({ lineWidth: 0 })
}

/** All rules in one file, for review. */
export function rulesToYaml(rules: readonly { slug: string; rule: Rule }[]): string {
  return new Document({ rules: rules.map(({ slug, rule }) => ({ rule: slug, ...written(rule) })) }).toString({
    lineWidth: 0,
  })
}

/** In the order in which one reads it, without what is as it would be anyway. */
export function written({ name, when, ...rule }: Rule): Record<string, unknown> {
  const defaults = ruleSchema.parse({ name: 'x', when: { kind: 'nodata' } }) as Record<string, unknown>
  const rest = Object.entries(rule).filter(([key, value]) => value !== undefined && value !== defaults[key])
  return { name, ...Object.fromEntries(rest.filter(([key]) => key === 'metric')), when, ...Object.fromEntries(rest) }
}

export type ReadYaml = { ok: true; value: unknown } | { ok: false; message: string }

/** The plain value of a file; what it means is for the schema. */
export function readYaml(text: string): ReadYaml {
  if (text.length > MAX_FILE) return { ok: false, message: 'A file has at most 256 KB.' }
  const file = parseDocument(text, { prettyErrors: true })
  const [error] = file.errors
  if (error) return { ok: false, message: error.message.split('\n')[0] ?? 'It is not YAML.' }
  try {
    return { ok: true, value: file.toJS({ maxAliasCount: MAX_ALIASES }) }
  } catch (error) {
    return { ok: false, message: (error as Error).message }
  }
}
