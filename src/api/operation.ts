import type { Context, Hono, MiddlewareHandler } from 'hono'
import type { z } from 'zod'
import type { Env } from '../env.ts'
import { BadParameter, readQuery } from './query.ts'
import { SIGNED } from './signature.ts'

export const TAGS = {
  Metrics: 'Every metric of the catalogue: its definition, its value over a period, its days.',
  Users: 'Who uses the product: the list, and one of them.',
  Health: 'How users are doing: scores, what they are made of, and what they foretold.',
  Segments: 'Rules over users: who is paying, new, busy or quiet. Numbers can be asked of a segment.',
  Actions: 'What admins do with users, through the product’s own API.',
  Tables: 'The facts themselves, as CSV files and as JSON pages.',
  Alerts: 'What is wrong now and was before, and the rules that say so.',
  Annotations: 'What happened when: deploys, price changes, incidents, campaigns, notes.',
  Boards: 'Pages of one’s own, as JSON and as YAML.',
  Delivery: 'Channels, the outbox of what they send, and mails to one user.',
  Links: 'Addresses that open without a key, for spreadsheets.',
  Jobs: 'Scheduled work: what there is, run now, how far it is.',
  Ingest: 'Facts in. An answer of 200 means that they are committed.',
  Access: 'How programs sign in.',
  Audit: 'Who did what, in a chain of hashes that tells of later changes.',
  'Documented addresses': 'Addresses of the systems that Quarterdeck takes over from; they go on answering.',
  Operation: 'How Quarterdeck itself is doing, and this description.',
} as const

/** One address of the API: what is served and what is documented are both made of it. */
export interface Operation<Q extends z.ZodObject = z.ZodObject> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As the router has it: /api/tables/:name. */
  path: string
  tag: keyof typeof TAGS
  summary: string
  details?: string
  /** Parameters of the path by name. */
  params?: z.ZodObject
  /** Parameters of the query; what is not here is refused, so that no filter is dropped in silence. */
  query?: Q
  /** Parameters that a form of ours sends along and that mean nothing here. */
  unread?: readonly string[]
  /** The JSON that is sent. */
  body?: z.ZodType
  answer: Answer
  /** A query with which it can be tried, without "?". */
  example?: string
}

export type Answer =
  | { type: 'application/json'; schema: z.ZodType; status?: number; example?: unknown }
  | { type: 'text/csv' | 'text/plain' | 'text/html'; doc: string; status?: number }

/** Describes an operation. */
export function operation<Q extends z.ZodObject>(one: Operation<Q>): Operation<Q> {
  return one
}

type Handler<Q extends z.ZodObject> = (c: Context<Env>, asked: z.output<Q>) => Response | Promise<Response>

/** Serves an operation; the handler gets the parameters that are documented. @throws BadParameter */
export function serve<Q extends z.ZodObject>(
  app: Hono<Env>,
  { method, path, tag, query, unread = [], params }: Operation<Q>,
  guards: MiddlewareHandler<Env> | MiddlewareHandler<Env>[],
  handle: Handler<Q>,
): void {
  app.on(method.toUpperCase(), [path], ...[guards].flat(), (c) => {
    if (params) checkParams(c, params)
    // Addresses of other systems are asked as those are: they had parameters that mean nothing here.
    if (tag !== 'Documented addresses') refuseUnknown(c, Object.keys(query?.shape ?? {}), unread)
    return handle(c, (query ? readQuery(c, query) : {}) as z.output<Q>)
  })
}

function checkParams(c: Context<Env>, params: z.ZodObject): void {
  const { error } = params.safeParse(c.req.param())
  const [issue] = error?.issues ?? []
  if (issue) throw new BadParameter(String(issue.path[0] ?? ''), issue.message)
}

/** @throws BadParameter for a parameter that would not be read; an empty one is one that was not given */
function refuseUnknown(c: Context<Env>, known: readonly string[], unread: readonly string[]): void {
  const { searchParams } = new URL(c.req.url)
  // A link that was signed names its tenant, whatever it leads to.
  const signed = searchParams.has(SIGNED.signature) ? [...Object.values(SIGNED), 'tenant'] : []
  const read = new Set([...known, ...unread, ...signed])
  const unknown = [...searchParams].find(([name, value]) => value !== '' && !read.has(name))
  if (!unknown) return
  const there = known.length > 0 ? `There are: ${known.join(', ')}.` : 'This address takes none.'
  throw new BadParameter(unknown[0].slice(0, 80), `There is no such parameter here. ${there}`)
}
