import { z } from 'zod'
import type { FactIn, FactKind } from '../facts/types.ts'
import { parseTimestamp } from '../lib/timestamp.ts'

/** Whom a request tells of, and what corrects its clock. */
export interface Sender {
  /** Of the key: ids of one key's pages can neither meet nor overwrite those of another's. */
  keyId: string
  session?: unknown
  user?: unknown
  tenant?: unknown
  release?: unknown
  /** By how much the page's clock is behind ours, in milliseconds. */
  clockOffsetMs: number
}

const text = (max: number) => z.string().max(max)
/** Whatever the script that sends it keeps to itself is cut off here as well: no query, no fragment. */
const path = text(1000).transform((value) => value.split(/[?#]/, 1)[0]!)
const common = { id: text(100).regex(/^[\w.:-]+$/), at: z.number().optional(), path: path.optional() }

const item = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal('page'), from: path.optional(), referrer: text(255).optional() }),
  z.object({
    ...common,
    type: z.literal('track'),
    name: text(300).min(1),
    properties: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({
    ...common,
    type: z.literal('vital'),
    name: text(20).regex(/^[A-Z][A-Za-z0-9_-]*$/),
    value: z.number().min(0).max(1e9),
    rating: z.enum(['good', 'needs-improvement', 'poor']).optional(),
    /** When the page began to load; `at` says when the value was taken. */
    since: z.number().optional(),
    navigation: text(30).optional(),
  }),
  z.object({
    ...common,
    type: z.literal('error'),
    message: text(1000).min(1),
    kind: text(100).optional(),
    url: path.optional(),
    line: z.number().int().min(0).max(1e9).optional(),
  }),
  z.object({ type: z.literal('identify') }),
])
type Item = z.output<typeof item>
type Of<T extends Item['type']> = Extract<Item, { type: T }>

/** The fact that an item becomes, or the reason why it becomes none. What is not named here is not kept. */
export function factOf(raw: unknown, index: number, sender: Sender): FactIn | string {
  const parsed = item.safeParse(raw)
  if (!parsed.success) return reasonOf(parsed.error)
  const made = READERS[parsed.data.type](parsed.data as never, sender)
  return typeof made === 'string' ? made : { ...made, index }
}

type Made = { kind: FactKind; row: Record<string, unknown>; id?: string }
type Readers = { [T in Item['type']]: (item: Of<T>, sender: Sender) => Made | string }

const READERS: Readers = {
  page: (page, sender) =>
    event(page, sender, 'page', 'page', { path: page.path, from: page.from, referrer: page.referrer }),
  track: (track, sender) => event(track, sender, 'track', track.name, { path: track.path, ...track.properties }),
  vital: (vital, sender) => ({
    kind: 'web_vitals',
    row: {
      ...whoIs(sender),
      id: ownId(vital.id, sender),
      // The writer corrects the instant of a fact, which is the newest here, and no other.
      ts: corrected(vital.since ?? vital.at, sender),
      name: vital.name,
      value: vital.value,
      rating: vital.rating,
      path: vital.path,
      navigation_type: vital.navigation,
      updated_at: vital.at ?? vital.since,
    },
  }),
  error: (error, sender) => ({
    kind: 'app_errors',
    id: ownId(error.id, sender),
    row: {
      ...whoIs(sender),
      ts: error.at,
      source: 'client',
      severity: 'error',
      kind: error.kind,
      message: error.message,
      url: error.url,
      line: error.line,
      path: error.path,
      release: sender.release,
    },
  }),
  identify: (_, { session, user }) => {
    if (!session || !user) return 'identify without session or user'
    return { kind: 'identities', row: { anonymous_id: session, user_id: user } }
  },
}

function event(item: Of<'page' | 'track'>, sender: Sender, type: string, name: string, properties: object): Made {
  return { kind: 'events', id: ownId(item.id, sender), row: { ...whoIs(sender), type, name, ts: item.at, properties } }
}

/** A visitor is known by the session alone: it ends with the tab, and nobody is followed from one to the next. */
const whoIs = ({ session, user, tenant }: Sender) => ({
  user_id: user,
  anonymous_id: session,
  session_id: session,
  tenant_id: tenant,
})

const ownId = (id: string, { keyId }: Sender): string => `${keyId}:${id}`

function corrected(at: number | undefined, { clockOffsetMs }: Sender): Date | undefined {
  const given = parseTimestamp(at)
  return given ? new Date(given.getTime() + clockOffsetMs) : undefined
}

function reasonOf({ issues }: z.ZodError): string {
  return issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.')} ${message}`.trim())
    .join('; ')
}
