/** Words which all props share. */

/** Colour that means something; each one is drawn with a glyph or a word. */
export type Tone = 'good' | 'warn' | 'crit' | 'info' | 'plain'

export interface Link {
  label: string
  href: string
}
