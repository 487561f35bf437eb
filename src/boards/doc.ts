import { z } from 'zod'
import { freeName, slugOf } from '../lib/slug.ts'
import { HEIGHTS, type Height, type Issue, WIDTHS, type Width } from './kinds/define.ts'
import { configSchema, type KindName, kindNames, kindOf } from './kinds/index.ts'
import { type Catalogue, metricKey, noSuchMetric } from './metrics.ts'

export const MAX_CARDS = 40
export const MAX_NAME = 60
export const MAX_DESCRIPTION = 300
export const MAX_TITLE = 80

/** A card with its settings as they are kept; '' as title leaves it to the kind. */
export interface BoardCard {
  /** Within its board. */
  id: string
  kind: KindName
  title: string
  width: Width
  height: Height
  config: Record<string, unknown>
}

/** What a board says: the same in the database, in YAML and in JSON. */
export interface BoardDoc {
  name: string
  description: string
  /** The query string with which it opens; null follows the filter bar. */
  filters: string | null
  cards: BoardCard[]
}

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/
const slug = (what: string) =>
  z
    .string({ error: `${what} is small letters, digits and hyphens.` })
    .regex(SLUG, `${what} is small letters, digits and hyphens.`)
    .max(60, `${what} has at most 60 characters.`)

const line = (what: string, most: number) =>
  z
    .string({ error: `${what} is a text.` })
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .refine((text) => text.length <= most, `${what} has at most ${most} characters.`)
    .refine((text) => !/\p{Cc}/u.test(text), 'Only text that can be read.')

export const nameField = line('A name', MAX_NAME).refine((text) => text !== '', 'Give the board a name.')
export const descriptionField = line('A description', MAX_DESCRIPTION)
export const titleField = line('A title', MAX_TITLE)

const pinned = z
  .record(z.string().max(20), z.string().max(200), { error: 'Either bar, or filters such as range: 90d.' })
  .meta({ description: 'Those it opens with: range, from, to, compare, tenant, plan, segment.' })

const layout = (kind: KindName) => {
  const { widths, heights, label } = kindOf(kind)
  const of = (all: readonly (number | string)[]) => ({ error: `${label}: one of ${all.join(', ')}.` })
  return {
    width: z
      .number(of(widths))
      .refine((width) => (widths as readonly number[]).includes(width), of(widths))
      .meta({ description: `Columns of 12: ${WIDTHS.join(', ')}, as the kind allows.` })
      .optional(),
    height: z
      .enum(HEIGHTS, of(heights))
      .refine((height) => heights.includes(height), of(heights))
      .meta({ description: 's, m or l, as the kind allows.' })
      .optional(),
  }
}

const cardSchemas = kindNames.map((kind) =>
  z.strictObject({
    id: slug('The id of a card').optional(),
    kind: z.literal(kind),
    title: titleField.optional(),
    ...layout(kind),
    ...configSchema(kind).shape,
  }),
)

/** A board as it is written: in a file, in the body of a request. */
export const boardSchema = z.strictObject({
  board: slug('The board’s own address')
    .refine((text) => !isReserved(text), 'This address is taken.')
    .optional(),
  name: nameField,
  description: descriptionField.optional(),
  filters: z.union([z.literal('bar'), pinned], { error: 'Either bar, or filters such as range: 90d.' }).optional(),
  cards: z
    .array(
      z.discriminatedUnion('kind', cardSchemas as [(typeof cardSchemas)[0], ...typeof cardSchemas], {
        error: `A card has a kind: ${kindNames.join(', ')}.`,
      }),
      { error: 'A list of cards.' },
    )
    .max(MAX_CARDS, `A board has at most ${MAX_CARDS} cards.`),
})
export type WrittenBoard = z.output<typeof boardSchema>

/** Of a board's address and of a card's name. */
export const MAX_SLUG = 50

/** Addresses that lead elsewhere. */
export const TEMPLATE_PREFIX = 'template-'
export const isReserved = (text: string): boolean =>
  ['import', 'new', 'queries'].includes(text) || text.startsWith(TEMPLATE_PREFIX)

/** What is wrong with a card beyond its shape: metrics that are not there, dimensions they do not have. */
export function checkCard(catalogue: Catalogue, { kind, config }: Pick<BoardCard, 'kind' | 'config'>): Issue[] {
  const definition = kindOf(kind)
  const named = definition.metrics(config as never)
  const missing = named.flatMap((key, i): Issue[] => {
    const path = 'metrics' in config ? ['metrics', i] : ['metric']
    return catalogue.has(key) ? [] : [{ path, message: noSuchMetric(catalogue, key) }]
  })
  if (missing.length > 0) return missing
  return definition.check?.(config as never, (key) => catalogue.of(metricKey(key))) ?? []
}

/** The title of a card, given or its kind's own. */
export function titleOf(
  catalogue: Catalogue,
  { kind, title, config }: Pick<BoardCard, 'kind' | 'title' | 'config'>,
): string {
  if (title !== '') return title
  const definition = kindOf(kind)
  const known = definition.metrics(config as never).every((key) => catalogue.has(key))
  return known ? definition.title(config as never, (key) => catalogue.of(metricKey(key))) : definition.label
}

/** What a card is called by in files: its kind and what it is of. */
export function cardId({ kind, config }: Pick<BoardCard, 'kind' | 'config'>, taken: ReadonlySet<string>): string {
  const [first] = kindOf(kind).metrics(config as never)
  return freeName(slugOf(first ?? kind, MAX_SLUG) || kind, taken)
}
