import { z } from 'zod'

export const MAX_SUBJECT = 200
export const MAX_TEXT = 20_000

const subject = z
  .string()
  .transform((text) => text.replace(/\s+/g, ' ').trim())
  .pipe(z.string().min(1, 'A subject is needed.').max(MAX_SUBJECT, `At most ${MAX_SUBJECT} characters.`))
  .refine((text) => !/\p{Cc}/u.test(text), 'Only text that can be read.')

const text = z
  .string()
  .transform((given) => given.replace(/\r\n?/g, '\n').trimEnd())
  .pipe(
    z
      .string()
      .min(1, 'A few words are needed.')
      .max(MAX_TEXT, `At most ${MAX_TEXT.toLocaleString('en-GB')} characters.`),
  )
  .refine((given) => !/(?![\n\t])\p{Cc}/u.test(given), 'Only text that can be read.')

/** A mail to one user, as it is sent by API and by the form. */
export const mailInput = z.strictObject({
  user: z.string().trim().min(1, 'To whom? The id of a user.').max(200, 'At most 200 characters.').meta({
    description: 'The id of a user; the mail goes to the address that is known of them.',
  }),
  subject: subject.meta({ description: `At most ${MAX_SUBJECT} characters.` }),
  text: text.meta({ description: 'Plain text.' }),
  id: z
    .string()
    .regex(/^[\w.:-]{1,100}$/, 'Letters, digits and . : _ - only, at most 100.')
    .optional()
    .meta({ description: 'The sender’s own id: sent again, it is the same mail.' }),
})

export type MailInput = z.output<typeof mailInput>
