/** A piece of a line. */
export type Inline =
  | { kind: 'text' | 'code'; text: string }
  | { kind: 'bold' | 'italic'; children: Inline[] }
  | { kind: 'link'; href: string; children: Inline[] }

export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; children: Inline[] }
  | { kind: 'paragraph' | 'quote'; lines: Inline[][] }
  | { kind: 'bullets' | 'numbers'; items: Inline[][] }
  | { kind: 'code'; text: string }
  | { kind: 'line' }

/**
 * The blocks of a small Markdown: headings, paragraphs, lists, quotes, code, rules. HTML has no meaning in it: it is text
 * like any other, which the renderer escapes.
 */
export function blocksOf(text: string): Block[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; ) {
    const { block, used } = blockAt(lines, at)
    if (block) blocks.push(block)
    at += used
  }
  return blocks
}

const HEADING = /^(#{1,3}) +(.+?) *#*$/
const BULLET = /^ {0,3}[-*+] +(.*)$/
const NUMBER = /^ {0,3}\d{1,3}[.)] +(.*)$/
const QUOTE = /^> ?(.*)$/
const RULE = /^ {0,3}(-{3,}|\*{3,}|_{3,}) *$/

function blockAt(lines: readonly string[], at: number): { block?: Block; used: number } {
  const line = lines[at] ?? ''
  if (line.trim() === '') return { used: 1 }
  if (line.startsWith('```')) return codeAt(lines, at)
  const [, marks, heading] = HEADING.exec(line) ?? []
  if (marks && heading)
    return { block: { kind: 'heading', level: marks.length as 1 | 2 | 3, children: inlineOf(heading) }, used: 1 }
  if (RULE.test(line)) return { block: { kind: 'line' }, used: 1 }
  for (const [pattern, kind] of [[BULLET, 'bullets'] as const, [NUMBER, 'numbers'] as const]) {
    const items = runOf(lines, at, pattern)
    if (items.length > 0) return { block: { kind, items: items.map((item) => inlineOf(item)) }, used: items.length }
  }
  const quoted = runOf(lines, at, QUOTE)
  if (quoted.length > 0)
    return { block: { kind: 'quote', lines: quoted.map((one) => inlineOf(one)) }, used: quoted.length }
  const end = lines.findIndex((one, i) => i > at && (one.trim() === '' || startsBlock(one)))
  const own = lines.slice(at, end < 0 ? undefined : end)
  return { block: { kind: 'paragraph', lines: own.map((one) => inlineOf(one.trim())) }, used: own.length }
}

const startsBlock = (line: string): boolean =>
  line.startsWith('```') || [HEADING, BULLET, NUMBER, QUOTE, RULE].some((pattern) => pattern.test(line))

function runOf(lines: readonly string[], at: number, pattern: RegExp): string[] {
  const found: string[] = []
  for (let i = at; i < lines.length; i++) {
    const match = pattern.exec(lines[i] ?? '')
    if (!match) break
    found.push(match[1] ?? '')
  }
  return found
}

function codeAt(lines: readonly string[], at: number): { block: Block; used: number } {
  const end = lines.findIndex((line, i) => i > at && line.startsWith('```'))
  const last = end < 0 ? lines.length : end
  return { block: { kind: 'code', text: lines.slice(at + 1, last).join('\n') }, used: last - at + 1 }
}

const MARK = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\][]{1,200})\]\(([^()\s]{1,500})\)/
const DEPTH = 3

/** Bold, italic, code and links of one line. */
export function inlineOf(text: string, depth = DEPTH): Inline[] {
  const match = depth > 0 ? MARK.exec(text) : null
  if (!match) return text === '' ? [] : [{ kind: 'text', text }]
  const [whole, code, bold, italic, words, href] = match
  const before = text.slice(0, match.index)
  const rest = inlineOf(text.slice(match.index + whole.length), depth)
  return [...(before === '' ? [] : [{ kind: 'text' as const, text: before }]), markOf(), ...rest]

  function markOf(): Inline {
    if (code !== undefined) return { kind: 'code', text: code }
    if (bold !== undefined) return { kind: 'bold', children: inlineOf(bold, depth - 1) }
    if (italic !== undefined) return { kind: 'italic', children: inlineOf(italic, depth - 1) }
    if (words !== undefined && href !== undefined && isSafe(href))
      return { kind: 'link', href, children: inlineOf(words, depth - 1) }
    return { kind: 'text', text: whole }
  }
}

/** The web, mail, and pages of our own; nothing that runs. */
function isSafe(href: string): boolean {
  return /^(https?:\/\/|mailto:)[^\s"'<>]+$/i.test(href) || /^\/(?![/\\])[^\s"'<>]*$/.test(href)
}
