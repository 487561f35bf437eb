import { z } from 'zod'
import { defineKind } from './define.ts'

export const MAX_TEXT = 4_000

/** Words between the numbers. */
export default defineKind({
  label: 'Text',
  about: 'Headings, paragraphs, lists and links, in Markdown.',
  icon: 'typography',
  fields: {
    text: z
      .string({ error: 'A text.' })
      .trim()
      .min(1, 'Write something.')
      .max(MAX_TEXT, `At most ${MAX_TEXT.toLocaleString('en-US')} characters.`)
      .refine((text) => !/[^\P{Cc}\n\r\t]/u.test(text), 'Only text that can be read.')
      // Forms send lines with CR and LF, files with either.
      .transform((text) => text.replace(/\r\n?/g, '\n')),
  },
  widths: [4, 3, 6, 8, 12],
  heights: ['m', 's', 'l'],
  metrics: () => [],
  title: ({ text }) => headingOf(text) ?? 'Note',
  load: async () => null,
})

/** A text that begins with a heading names the card by it. */
export function headingOf(text: string): string | undefined {
  const [, heading] = /^#{1,3} +(.+)/.exec(text) ?? []
  return heading?.slice(0, 80)
}
