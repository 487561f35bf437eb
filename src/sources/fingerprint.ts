import { createHash } from 'node:crypto'

/** What differs between two lines that say the same, in the order in which it is taken out. */
const VARIABLE: [RegExp, string][] = [
  [/\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s"'<>)\]]+/gi, '<url>'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<email>'],
  [/"[^"]*"|`[^`]*`|“[^”]*”|(?<![\w'])'[^']*'(?!\w)/g, '<text>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g, '<ip>'],
  [/\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '<hex>'],
  [/\b[a-z]+_(?=\w*\d)\w{4,}\b|\b(?=[a-z]*\d)(?=\d*[a-z])\w{10,}\b/gi, '<id>'],
  [/(?<![\w<])\d+(?:[.,:]\d+)*(?:ms|s|m|h|kb|mb|gb|k|px|%)?(?!\w)/gi, '#'],
]
/** Longer messages differ in their tail, and stack traces do not belong in a title. */
const READ_CHARS = 500

/** A message without numbers, ids, hex, quoted text and addresses: alike ones become equal, and hold nobody's data. */
export function normaliseMessage(message: string): string {
  const line = message.slice(0, READ_CHARS).split('\n', 1)[0] as string
  return VARIABLE.reduce((text, [pattern, name]) => text.replace(pattern, name), line)
    .replace(/\s+/g, ' ')
    .trim()
}

/** What alike incidents have in common. */
export function fingerprintOf(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, 22)
}
