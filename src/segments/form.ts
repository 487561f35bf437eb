import { type Condition, conditionKinds, isKind, kindOf } from './conditions.ts'
import type { FieldName, Given } from './kinds-types.ts'
import { isGroup, MATCHES, type Match, type ReadRule, type Rule, readRule } from './rule.ts'

/** A condition as the form has it: what was typed, whether it can be understood or not. */
export interface Row {
  /** 0 = of the rule itself, else the group that it belongs to. */
  group: number
  kind: string
  op: string
  values: string
  n: string
  days: string
  from: string
  to: string
  name: string
  outcome: string
}

/** What the editor shows, and sends back. */
export interface Draft {
  name: string
  shared: boolean
  /** How the rule joins its conditions and groups, then how each group does. */
  matches: Match[]
  rows: Row[]
}

const FIELDS = ['kind', 'op', 'values', 'n', 'days', 'from', 'to', 'name', 'outcome'] as const

export const emptyRow = (group: number, kind: string = 'plan'): Row => ({
  group,
  kind,
  op: firstOp(kind),
  values: '',
  n: '',
  days: '30',
  from: '',
  to: '',
  name: '',
  outcome: '',
})

export const emptyDraft = (): Draft => ({ name: '', shared: true, matches: ['all'], rows: [emptyRow(0)] })

const firstOp = (kind: string): string => (isKind(kind) ? (Object.keys(conditionKinds[kind].ops)[0] ?? '') : '')

/** A segment as it is put into the form. */
export function draftOf({ name, shared, rule }: { name: string; shared: boolean; rule: Rule }): Draft {
  const groups = rule.conditions.filter(isGroup)
  const own = rule.conditions.filter((one): one is Condition => !isGroup(one))
  return {
    name,
    shared,
    matches: [rule.match, ...groups.map(({ match }) => match)],
    rows: [
      ...own.map((one) => rowOf(one, 0)),
      ...groups.flatMap((group, i) => group.conditions.map((one) => rowOf(one, i + 1))),
    ],
  }
}

const rowOf = (condition: Condition, group: number): Row => {
  const { kind, op, values = [], n, days, from = '', to = '', name = '', outcome = '' } = condition
  const text = (number: number | undefined) => (number === undefined ? '' : String(number))
  return { group, kind, op, values: values.join(', '), n: text(n), days: text(days), from, to, name, outcome }
}

/** The fields of the form: each row has all of them, in their order. */
export function readDraft(form: FormData): Draft {
  const texts = (name: string) => form.getAll(name).map((one) => (typeof one === 'string' ? one.slice(0, 5_000) : ''))
  const columns = Object.fromEntries(FIELDS.map((name) => [name, texts(`c.${name}`)]))
  const rows = texts('c.group').map((group, i): Row => {
    const given = Object.fromEntries(FIELDS.map((name) => [name, columns[name]?.[i] ?? ''])) as Omit<Row, 'group'>
    const ops = isKind(given.kind) ? Object.keys(conditionKinds[given.kind].ops) : []
    // Of another kind now: what was compared before means nothing any more.
    return { ...given, group: Number(group) || 0, op: ops.includes(given.op) ? given.op : (ops[0] ?? '') }
  })
  const matches = texts('match').map((one) => MATCHES.find((match) => match === one) ?? 'all')
  const [name = ''] = texts('name')
  return { name, shared: form.has('shared'), matches: matches.length > 0 ? matches : ['all'], rows }
}

/** What a button of the form does to its rows: "add:0", "group", "remove:3". */
export function changeDraft(draft: Draft, act: string): Draft {
  const [verb, at = ''] = act.split(':')
  const { rows, matches } = draft
  if (verb === 'add') return { ...draft, rows: [...rows, emptyRow(Number(at) || 0)] }
  if (verb === 'group') return { ...draft, matches: [...matches, 'any'], rows: [...rows, emptyRow(matches.length)] }
  if (verb === 'remove') return withoutEmptyGroups({ ...draft, rows: rows.filter((_, i) => String(i) !== at) })
  return draft
}

/** Groups are counted by their place: where one is left without rows, those after it move up. */
function withoutEmptyGroups({ rows, matches, ...rest }: Draft): Draft {
  const kept = matches
    .map((_, group) => group)
    .filter((group) => group === 0 || rows.some((row) => row.group === group))
  return {
    ...rest,
    matches: kept.map((group) => matches[group] ?? 'all'),
    rows: rows.map((row) => ({ ...row, group: Math.max(0, kept.indexOf(row.group)) })),
  }
}

export type ReadDraft =
  | { ok: true; rule: Rule }
  /** What is wrong, row by row; '' is the form as a whole. */
  | { ok: false; problems: ReadonlyMap<number | '', string> }

/** Nothing was typed into it yet: what it lacks is said once it is to be saved. */
export const isUntouched = ({ kind, op, ...row }: Row): boolean =>
  isKind(kind) &&
  kindOf(kind)
    .fields(op)
    .every((name) => row[name].trim() === '' || name === 'days')

/** The rule that the rows make. */
export function ruleOfDraft({ rows, matches }: Draft): ReadDraft {
  const indexed = rows.map((row, i) => ({ row, i }))
  const own = indexed.filter(({ row }) => row.group === 0)
  const groups = matches
    .slice(1)
    .map((match, g) => ({ match, members: indexed.filter(({ row }) => row.group === g + 1) }))
  const filled = groups.filter(({ members }) => members.length > 0)
  const read = readRule({
    match: matches[0] ?? 'all',
    conditions: [
      ...own.map(({ row }) => conditionOf(row)),
      ...filled.map(({ match, members }) => ({ match, conditions: members.map(({ row }) => conditionOf(row)) })),
    ],
  })
  if (read.ok) return read
  const places = [...own.map(({ i }) => [i]), ...filled.map(({ members }) => members.map(({ i }) => i))]
  return { ok: false, problems: byRow(read, places, own.length) }
}

/** "conditions.2.conditions.0.n" is about the first row of the third place. */
function byRow(read: ReadRule & { ok: false }, places: number[][], own: number): ReadonlyMap<number | '', string> {
  const problems = new Map<number | '', string>()
  for (const { path, message } of read.problems) {
    const [, first, , second] = path.split('.')
    const place = first === undefined ? undefined : Number(first)
    const row = place === undefined ? undefined : places[place]?.[place < own ? 0 : Number(second) || 0]
    problems.set(row ?? '', [problems.get(row ?? ''), message].filter(Boolean).join(' '))
  }
  return problems
}

/** What a row says: only the fields that its kind and comparison have; what is empty is not there. */
function conditionOf(row: Row): Record<string, unknown> {
  const { kind, op } = row
  if (!isKind(kind)) return { kind, op }
  const fields = kindOf(kind).fields(op)
  const given = fields.flatMap((name) => {
    const value = READ[name](row[name])
    return value === undefined ? [] : [[name, value] as const]
  })
  return { kind, op, ...Object.fromEntries(given) }
}

const text = (value: string) => value.trim() || undefined
const number = (value: string) => (value.trim() === '' ? undefined : Number(value.trim().replace(',', '.')))

const READ: { [K in FieldName]: (value: string) => Given[K] } = {
  values: (value) => {
    const all = value.split(',').map((one) => one.trim())
    return all.filter((one) => one !== '')
  },
  n: number,
  days: number,
  from: text,
  to: text,
  name: text,
  outcome: text,
}
