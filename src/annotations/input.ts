import { z } from 'zod'
import { isDay } from '../lib/filters.ts'
import { WRITTEN_KINDS } from './kinds.ts'

export const MAX_TEXT = 200
export const MAX_LINK = 500

/** One line of plain text: it is shown in keys of charts and in files. */
const line = z
  .string()
  .transform((text) => text.replace(/\s+/g, ' ').trim())
  .pipe(z.string().min(1, 'A few words are needed.').max(MAX_TEXT, `At most ${MAX_TEXT} characters.`))
  .refine((text) => !hasControls(text), 'Only text that can be read.')

const link = z
  .string()
  .trim()
  .max(MAX_LINK, `At most ${MAX_LINK} characters.`)
  .refine(isWebAddress, 'A link begins with https:// or http://.')

const day = z.string().refine(isDay, 'A day such as 2026-11-20.')
const instant = z.iso
  .datetime({ offset: true, error: 'An instant with its zone, such as 2026-11-20T14:30:00Z.' })
  .transform((text) => new Date(text))
  .refine((at) => at.getTime() >= 0, 'It is before 1970.')

/** What is written down, by hand or by API. */
export const annotationInput = z
  .strictObject({
    text: line.meta({ description: `What happened, at most ${MAX_TEXT} characters.` }),
    kind: z
      .enum(WRITTEN_KINDS, { error: `It is one of ${WRITTEN_KINDS.join(', ')}.` })
      .default('note')
      .meta({ description: 'Default: note.' }),
    at: instant.optional().meta({ description: 'When; without `at` and `day`: now.' }),
    day: day.optional().meta({ description: 'Of a whole day instead of an instant.' }),
    tenant: z.string().min(1).max(200).optional().meta({ description: 'Of one tenant. Default: all.' }),
    link: link.optional().meta({ description: 'http or https: the release, the incident report.' }),
    id: z
      .string()
      .min(1)
      .max(200)
      .refine((id) => !hasControls(id), 'Only text that can be read.')
      .optional()
      .meta({ description: 'The sender’s own id: sent again, it is the same annotation.' }),
  })
  .refine(({ at, day }) => at === undefined || day === undefined, { error: 'Either at or day.', path: ['day'] })

export type AnnotationInput = z.output<typeof annotationInput>

function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text) && !hasControls(text) && !/\s/.test(text)
}

const hasControls = (text: string): boolean => /\p{Cc}/u.test(text)
