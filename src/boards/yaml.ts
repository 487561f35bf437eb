import { Document } from 'yaml'
import { type FileProblem, readYamlFile } from '../lib/yaml-file.ts'
import { type BoardDoc, boardSchema } from './doc.ts'
import { fromWritten, type ReadBoard, type Reading, toWritten } from './written.ts'

export type ReadFile = ({ ok: true } & ReadBoard) | { ok: false; problems: FileProblem[] }

export const MAX_FILE = 64 * 1024

/** A board as a file; read again it is the same board. */
export function boardToYaml(slug: string, doc: BoardDoc): string {
  return new Document(toWritten(slug, doc)).toString({ lineWidth: 0 })
}

/** Reads a file; what is wrong is told all at once, each with its line. */
export function boardFromYaml(deps: Reading, text: string): ReadFile {
  const file = readYamlFile(text, MAX_FILE)
  if ('problems' in file) return failed(file.problems)
  if (!file.isMap)
    return failed([{ line: undefined, place: '', message: 'A board is fields with values, such as “name: Costs”.' }])
  const read = boardSchema.safeParse(file.value)
  if (!read.success) return failed(read.error.issues.flatMap((issue) => file.problemsOf(issue)))
  const { issues, ...board } = fromWritten(deps, read.data)
  if (issues.length > 0) return failed(issues.map(({ path, message }) => file.at(path, message)))
  return { ok: true, ...board }
}

const failed = (problems: FileProblem[]): ReadFile => ({ ok: false, problems })
