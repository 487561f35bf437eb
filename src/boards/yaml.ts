import { Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type BoardDoc, boardSchema } from './doc.ts'
import { fromWritten, type ReadBoard, type Reading, toWritten } from './written.ts'

/** What is wrong with a file, and in which line (from 1). */
export interface FileProblem {
  line: number | undefined
  /** "cards.3.metric"; '' of the file as a whole. */
  place: string
  message: string
}

export type ReadFile = ({ ok: true } & ReadBoard) | { ok: false; problems: FileProblem[] }

export const MAX_FILE = 64 * 1024
/** Each alias is a copy; nobody needs many in a board. */
const MAX_ALIASES = 20

/** A board as a file; read again it is the same board. */
export function boardToYaml(slug: string, doc: BoardDoc): string {
  return new Document(toWritten(slug, doc)).toString({ lineWidth: 0 })
}

/** Reads a file; what is wrong is told all at once, each with its line. */
export function boardFromYaml(deps: Reading, text: string): ReadFile {
  if (text.length > MAX_FILE) return failed([{ line: undefined, place: '', message: 'A file has at most 64 KB.' }])
  const lines = new LineCounter()
  const file = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (file.errors.length > 0)
    return failed(
      file.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, place: '', message: `${message}.` })),
    )
  const plain = plainOf(file)
  if ('wrong' in plain) return failed([{ line: undefined, place: '', message: plain.wrong }])
  if (!isMap(file.contents))
    return failed([{ line: undefined, place: '', message: 'A board is fields with values, such as “name: Costs”.' }])
  const read = boardSchema.safeParse(plain.value)
  if (!read.success) return failed(read.error.issues.flatMap((issue) => problemsOf(file, lines, issue)))
  const { issues, ...board } = fromWritten(deps, read.data)
  if (issues.length > 0)
    return failed(
      issues.map(({ path, message }) => ({ line: lineAt(file, lines, path), place: path.join('.'), message })),
    )
  return { ok: true, ...board }
}

const failed = (problems: FileProblem[]): ReadFile => ({ ok: false, problems })

function plainOf(file: ReturnType<typeof parseDocument>): { value: unknown } | { wrong: string } {
  try {
    return { value: file.toJS({ maxAliasCount: MAX_ALIASES }) }
  } catch (error) {
    return { wrong: `${(error as Error).message}.` }
  }
}

type Path = readonly PropertyKey[]

/** A field too many has its own line; a field that is missing that of what it is missing in. */
function problemsOf(file: Document, lines: LineCounter, issue: z.core.$ZodIssue): FileProblem[] {
  const place = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys')
    return [{ line: lineAt(file, lines, issue.path), place, message: issue.message }]
  const map = issue.path.length === 0 ? file.contents : file.getIn(issue.path, true)
  return issue.keys.map((key) => {
    const pair = isMap(map) ? map.items.find((one) => isScalar(one.key) && one.key.value === key) : undefined
    const at = pair && isNode(pair.key) ? pair.key.range?.[0] : undefined
    return {
      line: at === undefined ? lineAt(file, lines, issue.path) : lines.linePos(at).line,
      place,
      message: `“${key}” is not known here.`,
    }
  })
}

function lineAt(file: Document, lines: LineCounter, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? file.contents : file.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return undefined
}
