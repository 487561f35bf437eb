import { createAgentReader } from '../enrich/user-agent.ts'

export const DEVICES = ['desktop', 'ipad', 'phone', 'unknown'] as const
/** Tablets of other makers count as iPads: there is no column of their own for them. */
export type Device = (typeof DEVICES)[number]

const WORDS: [RegExp, Device][] = [
  [/ipad|tablet/, 'ipad'],
  [/phone|mobile|android|\bios\b/, 'phone'],
  [/desktop|laptop|\bmac|windows|linux|\bpc\b|\bweb\b|browser/, 'desktop'],
]

const agentOf = createAgentReader()

/** What a session calls its device, or its user agent where it does not say. */
export function deviceOf(word: string | undefined, userAgent: string | undefined): Device {
  const named = word === undefined ? 'unknown' : deviceOfWord(word)
  if (named !== 'unknown' || userAgent === undefined) return named
  return deviceOfWord(agentOf(userAgent).device ?? '')
}

/** A device by its name: our own (`tablet`), or whatever a product calls it (`iPad Pro`, `ios`, `web`). */
export function deviceOfWord(word: string): Device {
  // Some put the whole user agent there.
  if (word.includes('Mozilla/')) return deviceOfWord(agentOf(word).device ?? '')
  const lower = word.toLowerCase()
  return WORDS.find(([pattern]) => pattern.test(lower))?.[1] ?? 'unknown'
}
