import type { Catalogue } from '../custom-metrics/catalogue.ts'
import { MAX_CHANNELS, problemsOf, type Rule, ruleSchema } from './rule.ts'

/** The fields of the builder, as they were typed. */
export const FIELDS = [
  'name',
  'metric',
  'kind',
  'op',
  'limit',
  'end',
  'change',
  'base',
  'times',
  'within',
  'source',
  'window',
  'least',
  'by',
  'scope',
  'for',
  'recover',
  'quiet',
  'nodata',
  'needs',
  'severity',
  'tell',
] as const
export type Field = (typeof FIELDS)[number]
export type Draft = Record<Field, string> & { enabled: boolean }
export type Errors = Partial<Record<Field, string>>

/** What each kind of condition can be asked for. */
export const OPS: Record<string, Record<string, string>> = {
  threshold: { above: 'above', below: 'below' },
  change: { rises: 'rises by over', falls: 'falls by over' },
  forecast: { above: 'above', below: 'below' },
  anomaly: { above: 'above the usual', below: 'below the usual', outside: 'outside the usual' },
  nodata: {},
  source: {},
}

/** A new rule, of a metric that the address may name. */
export function emptyDraft(metric = '', limit = '', op = 'above'): Draft {
  return {
    name: '',
    metric,
    kind: 'threshold',
    op,
    limit,
    end: '',
    change: '50',
    base: 'week',
    times: '4',
    within: '14',
    source: '',
    window: '',
    least: '',
    by: '',
    scope: '*',
    for: '5',
    recover: '0',
    quiet: '30',
    nodata: 'keep',
    needs: '',
    severity: 'warning',
    tell: '',
    enabled: true,
  }
}

/** A rule that is there, in the form. */
export function draftOf(rule: Rule): Draft {
  const { when } = rule
  const text = (value: number | undefined) => (value === undefined ? '' : String(value))
  return {
    ...emptyDraft(rule.metric),
    name: rule.name,
    kind: when.kind,
    op: 'op' in when ? when.op : '',
    ...(when.kind === 'threshold' && { limit: text(when.limit), end: text(when.end) }),
    ...(when.kind === 'forecast' && { limit: text(when.limit), within: text(when.within) }),
    ...(when.kind === 'change' && { change: text(when.by), base: when.base }),
    ...(when.kind === 'anomaly' && { times: text(when.times) }),
    ...(when.kind === 'source' && { source: when.source }),
    window: rule.window,
    least: text(rule.least),
    by: rule.by ?? '',
    scope: rule.scope,
    for: text(rule.for),
    recover: text(rule.recover),
    quiet: text(rule.quiet),
    nodata: rule.nodata,
    needs: rule.needs,
    severity: rule.severity,
    tell: toldBy(rule.channels),
    enabled: rule.enabled,
  }
}

/** In the form: '' is all channels; no channel is called "-" or "+". */
export const NOBODY = '-'
/** Some channels, which are ticked beside it. */
export const SOME = '+'
/** The channels that are named in the form. */
export const toldChannels = (tell: string): string[] =>
  tell === NOBODY || tell === SOME ? [] : tell.split(',').filter(Boolean)
const toldBy = (channels: Rule['channels']): string =>
  channels === 'all' ? '' : channels.length === 0 ? NOBODY : channels.join(',')
const channelsOf = (tell: string): Rule['channels'] => (tell === '' ? 'all' : toldChannels(tell))

/** What the form sent. */
export function readDraft(form: FormData): Draft {
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value.slice(0, 300) : ''
  }
  // What the form of a kind does not ask for is as in a new rule.
  const fresh = emptyDraft()
  const given = (name: Field) => (form.has(name) ? text(name) : fresh[name])
  const fields = Object.fromEntries(FIELDS.map((name) => [name, given(name)])) as Record<Field, string>
  if (fields.tell === SOME) fields.tell = form.getAll('channel').map(String).slice(0, MAX_CHANNELS).join(',') || SOME
  // "Try it at 15": a button that takes a limit over.
  const [tried, value] = text('try').split(':')
  if (tried === 'limit' || tried === 'change' || tried === 'times' || tried === 'within') fields[tried] = value ?? ''
  const ops = Object.keys(OPS[fields.kind] ?? {})
  // Of another kind now: what was compared before means nothing any more.
  return { ...fields, op: ops.includes(fields.op) ? fields.op : (ops[0] ?? ''), enabled: text('enabled') !== 'off' }
}

export type ReadDraft = { ok: true; rule: Rule } | { ok: false; errors: Errors }

/** The rule that was typed, or what is wrong with it, each at its field. */
export function ruleOfDraft(catalogue: Catalogue, draft: Draft): ReadDraft {
  const read = ruleSchema.safeParse({ ...written(draft), when: conditionOf(draft) })
  if (!read.success) {
    const errors: Errors = {}
    for (const { path, message } of read.error.issues) errors[fieldOf(draft.kind, path.map(String))] ??= message
    return { ok: false, errors }
  }
  const problems = problemsOf(catalogue, read.data)
  if (problems.length === 0) return { ok: true, rule: read.data }
  return { ok: false, errors: Object.fromEntries(problems.map(({ field, message }) => [field, message])) }
}

const number = (text: string): number | string | undefined => {
  const plain = text.trim().replace(/,(?=\d{3}\b)/g, '')
  if (plain === '') return undefined
  const value = Number(plain.replace(',', '.'))
  return Number.isFinite(value) ? value : text
}

function written({
  name,
  metric,
  kind,
  window,
  least,
  by,
  scope,
  needs,
  nodata,
  severity,
  tell,
  enabled,
  ...draft
}: Draft) {
  const isSource = kind === 'source'
  const minutes = (text: string) => number(text) ?? 0
  return {
    name,
    enabled,
    severity,
    metric: isSource ? '' : metric,
    window: isSource ? 'now' : window,
    scope,
    for: minutes(draft.for),
    recover: minutes(draft.recover),
    quiet: minutes(draft.quiet),
    nodata: kind === 'nodata' ? 'keep' : nodata,
    needs: isSource ? '' : needs,
    channels: channelsOf(tell),
    ...(number(least) !== undefined && { least: number(least) }),
    ...(by !== '' && !isSource && { by }),
  }
}

function conditionOf({ kind, op, limit, end, change, base, times, within, source }: Draft): Record<string, unknown> {
  switch (kind) {
    case 'threshold':
      return { kind, op, limit: number(limit), ...(number(end) !== undefined && { end: number(end) }) }
    case 'change':
      return { kind, op, by: number(change), base }
    case 'forecast':
      return { kind, op, limit: number(limit), within: number(within) }
    case 'anomaly':
      return { kind, op, times: number(times) }
    case 'source':
      return { kind, source }
    default:
      return { kind }
  }
}

/** The field of a part of a rule, where the form has one. */
export const fieldNamed = (part: string | undefined): Field | undefined =>
  part === 'channels' ? 'tell' : FIELDS.find((name) => name === part)

/** "when.by" of a change is the field "change". */
function fieldOf(kind: string, [first = 'name', second]: string[]): Field {
  if (first === 'channels') return 'tell'
  const name = first === 'when' ? (second === 'by' && kind === 'change' ? 'change' : (second ?? 'kind')) : first
  return FIELDS.find((field) => field === name) ?? 'name'
}
