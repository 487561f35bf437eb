import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'

type FoldSettings = Pick<Config, 'timeZone' | 'currency' | 'activeDefinition' | 'passiveEvents' | 'loginEvents'>

/** The settings that roll-ups are folded with, and which statements read what depends on them. */
const PARTS: { of: (config: FoldSettings) => string; readBy: RegExp }[] = [
  { of: ({ timeZone }) => timeZone, readBy: /./ },
  {
    of: ({ activeDefinition, passiveEvents, loginEvents }) =>
      shortHash(JSON.stringify([activeDefinition, passiveEvents.toSorted(), loginEvents.toSorted()])),
    readBy: /\buser_(days|activity)\b/,
  },
  // What was paid in another currency is kept in the reporting one as well.
  { of: ({ currency }) => currency, readBy: /_reported\b/ },
]

/** The settings of the folds as one text, kept with each stored day. */
export function foldedOf(config: FoldSettings): string {
  return PARTS.map(({ of }) => of(config)).join(' ')
}

/** Whether the roll-ups that a statement reads were folded with other settings than now. */
export function foldedOtherwise(before: string, now: string, statement: string): boolean {
  const [then, current] = [before.split(' '), now.split(' ')]
  return PARTS.some(({ readBy }, i) => then[i] !== undefined && then[i] !== current[i] && readBy.test(statement))
}

/** Enough of a digest to tell texts apart. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
