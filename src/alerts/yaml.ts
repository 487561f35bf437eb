import { Document } from 'yaml'
import { readYamlFile } from '../lib/yaml-file.ts'
import { type Rule, ruleSchema } from './rule.ts'

export const MAX_FILE = 256 * 1024

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
  const file = readYamlFile(text, MAX_FILE)
  if (!('problems' in file)) return { ok: true, value: file.value }
  const [{ line, message } = { line: undefined, message: 'It is not YAML.' }] = file.problems
  return { ok: false, message: line === undefined ? message : `Line ${line}: ${message}` }
}
