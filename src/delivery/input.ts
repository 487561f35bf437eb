import type { Config } from '../config.ts'
import { Problem } from '../lib/errors.ts'
import { channelKinds, kindOf } from './channels/index.ts'
import type { ChannelKind, Values } from './types.ts'
import { rankOf, SEVERITIES } from './words.ts'

export const MAX_NAME = 60
export const MAX_CANARY_HOURS = 168

/** What is typed or sent of a channel; a field that is not named stays as it is. */
export interface Given {
  kind?: string
  name?: string
  values: Values
  /** Hours, as typed; '' = no canary. */
  canary?: string
  /** The least severity that it is told. */
  severity?: string
  resolved?: boolean
}

/** A channel that can be stored. */
export interface Draft {
  kind: ChannelKind
  name: string
  values: Values
  canaryHours: number | null
  leastSeverity: 1 | 2 | 3
  tellsResolved: boolean
}

/** What cannot be a channel, by field. */
export class BadChannel extends Problem {
  constructor(readonly errors: Record<string, string>) {
    const told = Object.entries(errors).map(([field, reason]) => `${field}: ${reason}`)
    super(422, 'The channel is not valid', told.join(' '))
    this.field = Object.keys(errors)[0]
  }
}

/** A channel out of what was given over what was stored; a secret that is left empty stays. @throws BadChannel */
export function readDraft(config: Config, given: Given, stored?: Omit<Draft, 'kind'>): Draft {
  const kind = kindOf(given.kind ?? '')
  if (!kind) throw new BadChannel({ kind: `It is one of ${channelKinds.map((one) => one.kind).join(', ')}.` })
  const name = (given.name ?? stored?.name ?? '').replace(/\s+/g, ' ').trim()
  const canary = readCanary(given.canary, stored?.canaryHours ?? null)
  const known = given.severity === undefined || isSeverity(given.severity)
  const values = kind.schema(config).safeParse(merged(kind, given.values, stored?.values))
  const errors = {
    ...(nameError(name) && { name: nameError(name) as string }),
    ...(!known && { severity: `It is one of ${SEVERITIES.join(', ')}.` }),
    ...(typeof canary === 'string' && { canary }),
    ...Object.fromEntries(
      (values.error?.issues ?? []).reverse().map(({ path, message }) => [String(path[0] ?? 'kind'), message]),
    ),
  }
  if (Object.keys(errors).length > 0 || !values.success) throw new BadChannel(errors)
  return {
    kind,
    name,
    values: values.data,
    canaryHours: canary as number | null,
    leastSeverity: given.severity === undefined ? (stored?.leastSeverity ?? 1) : rankOf(given.severity),
    tellsResolved: given.resolved ?? stored?.tellsResolved ?? true,
  }
}

function merged({ fields }: ChannelKind, given: Values, stored: Values = {}): Values {
  return Object.fromEntries(
    fields.map(({ name, secret }) => {
      const kept = stored[name] ?? ''
      const typed = given[name]
      return [name, typed === undefined || (secret && typed.trim() === '') ? kept : typed]
    }),
  )
}

const isSeverity = (text: string): boolean => (SEVERITIES as readonly string[]).includes(text)

function nameError(name: string): string | undefined {
  if (name === '') return 'Give the channel a name.'
  if (name.length > MAX_NAME) return `A name has at most ${MAX_NAME} characters.`
  return /\p{Cc}/u.test(name) ? 'A name is text that can be read.' : undefined
}

function readCanary(typed: string | undefined, stored: number | null): number | null | string {
  if (typed === undefined) return stored
  const text = typed.trim()
  if (text === '') return null
  const hours = /^\d{1,4}$/.test(text) ? Number(text) : 0
  return hours >= 1 && hours <= MAX_CANARY_HOURS
    ? hours
    : `A whole number of hours, from 1 to ${MAX_CANARY_HOURS}; empty for none.`
}
