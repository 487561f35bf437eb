import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ImportError } from './error.ts'

/** A column per field of the fact, or a constant after `=`. */
export type ImportMap = Record<string, string>

const schema = z.record(z.string().min(1), z.string().min(1))

/** Reads a map file: `{ "ts": "TIMESTAMP", "provider": "=azure" }`. @throws ImportError */
export async function readMap(path: string): Promise<ImportMap> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ImportError(`the map cannot be read: ${error.message}`)
  })
  return checkMap(parse(text))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ImportError(`the map is not JSON: ${(error as Error).message}`)
  }
}

function checkMap(map: unknown): ImportMap {
  const parsed = schema.safeParse(map)
  if (!parsed.success) throw new ImportError('the map must be an object of texts: a column per field, or =constant')
  return parsed.data
}

/**
 * Makes the function that turns a record into a fact's fields. Without a map the columns are the fields; with one,
 * only what it names is taken.
 * @throws ImportError when it names a column that the file does not have
 */
export function compileMap(map: ImportMap | undefined, columns: string[] | undefined) {
  if (!map) return (row: Record<string, unknown>) => row
  const fields = Object.entries(checkMap(map))
  const missing = columns ? fields.filter(([, from]) => !from.startsWith('=') && !columns.includes(from)) : []
  if (columns && missing.length > 0)
    throw new ImportError(
      `the map names columns that the file does not have: ${missing.map(([, from]) => from).join(', ')}` +
        ` (it has ${columns.join(', ')})`,
    )
  return (row: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(fields.map(([field, from]) => [field, from.startsWith('=') ? from.slice(1) : row[from]]))
}
