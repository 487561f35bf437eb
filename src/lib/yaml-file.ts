import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'

/** What is wrong with a file, and in which line (from 1). */
export interface FileProblem {
  line: number | undefined
  /** "cards.3.metric"; '' of the file as a whole. */
  place: string
  message: string
}

type Path = readonly PropertyKey[]
type Parsed = ReturnType<typeof parseDocument>

/** Each alias is a copy; a file that people review needs few. */
const MAX_ALIASES = 20

/** A file that was read, with the lines of what is in it. */
export class YamlFile {
  readonly value: unknown
  private readonly file: Parsed
  private readonly lines: LineCounter

  constructor(file: Parsed, lines: LineCounter, value: unknown) {
    this.file = file
    this.lines = lines
    this.value = value
  }

  /** The problem of a place in it. */
  at(path: Path, message: string): FileProblem {
    return { line: this.lineOf(path), place: path.join('.'), message }
  }

  /** What a schema found: a field too many has its own line; a field that is missing that of what it is missing in. */
  problemsOf(issue: z.core.$ZodIssue, under: Path = []): FileProblem[] {
    const path = [...under, ...issue.path]
    if (issue.code !== 'unrecognized_keys') return [this.at(path, issue.message)]
    const map = path.length === 0 ? this.file.contents : this.file.getIn(path, true)
    return issue.keys.map((key) => {
      const pair = isMap(map) ? map.items.find((one) => isScalar(one.key) && one.key.value === key) : undefined
      const at = pair && isNode(pair.key) ? pair.key.range?.[0] : undefined
      const line = at === undefined ? this.lineOf(path) : this.lines.linePos(at).line
      return { line, place: path.join('.'), message: `“${key}” is not known here.` }
    })
  }

  get isMap(): boolean {
    return isMap(this.file.contents)
  }

  private lineOf(path: Path): number | undefined {
    for (let length = path.length; length >= 0; length--) {
      const node =
        length === 0 ? (this.file.contents as Document['contents']) : this.file.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return this.lines.linePos(node.range[0]).line
    }
    return undefined
  }
}

/** Reads a file of at most so many characters, or tells all that is wrong with its YAML, each with its line. */
export function readYamlFile(text: string, max: number): YamlFile | { problems: FileProblem[] } {
  const whole = (message: string) => ({ problems: [{ line: undefined, place: '', message }] })
  if (text.length > max) return whole(`A file has at most ${max / 1024} KB.`)
  const lines = new LineCounter()
  const file = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (file.errors.length > 0)
    return {
      problems: file.errors.map(({ pos, message }) => ({
        line: lines.linePos(pos[0]).line,
        place: '',
        message: `${message}.`,
      })),
    }
  try {
    return new YamlFile(file, lines, file.toJS({ maxAliasCount: MAX_ALIASES }))
  } catch (error) {
    return whole(`${(error as Error).message}.`)
  }
}
