import type { Context } from 'hono'
import type { z } from 'zod'
import type { Env } from '../env.ts'
import { Problem } from '../lib/errors.ts'

/** The JSON body of a request by its schema. @throws Problem 422 which names the field */
export async function readJson<T extends z.ZodType>(c: Context<Env>, schema: T): Promise<z.output<T>> {
  const { success, data, error } = schema.safeParse(await parsed(c))
  if (success) return data
  const detail = error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ')
  throw new Problem(422, 'The body is not valid', detail)
}

async function parsed(c: Context<Env>): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text())
  } catch {
    throw new Problem(422, 'Not JSON', 'The body is not JSON.')
  }
}
