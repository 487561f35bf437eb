import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'

/** Forms of people are small; nobody who is not signed in yet may make us hold more. */
export const smallBody = bodyLimit({
  maxSize: 64 * 1024,
  onError: () => {
    throw new Problem(413, 'Too much was sent', '64 KB are the most that is taken here.')
  },
})

/** Files of people who may configure: as text in a form they grow a little. */
export const fileBody = bodyLimit({
  maxSize: 320 * 1024,
  onError: () => {
    throw new Problem(413, 'Too much was sent', '256 KB are the most that a file may have here.')
  },
})

/** The text fields of a form or of a JSON object; what is neither text nor boolean is left out. */
export async function fieldsOf(c: Context<Env>): Promise<Record<string, string>> {
  const isJson = c.req.header('content-type')?.includes('json')
  const body: unknown = isJson ? await jsonOf(c) : await c.req.parseBody()
  if (typeof body !== 'object' || body === null) throw new Problem(422, 'Broken body', 'An object was expected.')
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string' || typeof value === 'boolean') fields[name] = String(value)
  }
  return fields
}

async function jsonOf(c: Context<Env>): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    throw new Problem(422, 'Broken body', 'The body is not JSON.')
  }
}
