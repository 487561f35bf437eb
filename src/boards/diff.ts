import { type BoardCard, type BoardDoc, titleOf } from './doc.ts'
import { pinnedFields } from './filters.ts'
import { kindOf } from './kinds/index.ts'
import type { Catalogue } from './metrics.ts'

export interface FieldChange {
  field: string
  before: string
  after: string
}

export interface CardChange {
  change: 'added' | 'removed' | 'changed' | 'moved'
  id: string
  title: string
  kind: string
  fields: FieldChange[]
}

/** What one board has that another has not. */
export interface BoardDiff {
  /** Name, description, filters. */
  fields: FieldChange[]
  cards: CardChange[]
}

/** From a board to another one, by the ids of their cards; without a `before` everything is added. */
export function diffBoards(catalogue: Catalogue, before: BoardDoc | undefined, after: BoardDoc): BoardDiff {
  const old = before?.cards ?? []
  const known = new Map(old.map((card) => [card.id, card]))
  const stays = new Set(after.cards.map(({ id }) => id))
  const moved = movedAmong(old, after.cards)
  const cards = after.cards.flatMap((card): CardChange[] => {
    const was = known.get(card.id)
    if (!was) return [entry(catalogue, 'added', card, [])]
    const fields = fieldsBetween(cardFields(was), cardFields(card))
    if (fields.length > 0) return [entry(catalogue, 'changed', card, fields)]
    return moved.has(card.id) ? [entry(catalogue, 'moved', card, [placeOf(old, after.cards, card.id)])] : []
  })
  const removed = old.filter(({ id }) => !stays.has(id)).map((card) => entry(catalogue, 'removed', card, []))
  return { fields: fieldsBetween(before ? boardFields(before) : {}, boardFields(after)), cards: [...cards, ...removed] }
}

export const isSame = ({ fields, cards }: BoardDiff): boolean => fields.length === 0 && cards.length === 0

const entry = (
  catalogue: Catalogue,
  change: CardChange['change'],
  card: BoardCard,
  fields: FieldChange[],
): CardChange => ({
  change,
  id: card.id,
  title: titleOf(catalogue, card),
  kind: kindOf(card.kind).label,
  fields,
})

const boardFields = ({ name, description, filters }: BoardDoc): Record<string, unknown> => ({
  name,
  description,
  filters: filters === null ? 'bar' : pinnedFields(filters),
})

const cardFields = ({ kind, title, width, height, config }: BoardCard): Record<string, unknown> => ({
  kind,
  title,
  ...config,
  width,
  height,
})

function fieldsBetween(before: Record<string, unknown>, after: Record<string, unknown>): FieldChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((field) => {
    const [was, is] = [textOf(before[field]), textOf(after[field])]
    return was === is ? [] : [{ field, before: was, after: is }]
  })
}

function textOf(value: unknown): string {
  if (value === undefined || value === '') return ''
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, one]) => `${name} ${one}`)
      .join(', ')
  return String(value)
}

/** Cards that do not keep their order among those which stay: all beyond the longest run that rises. */
function movedAmong(before: readonly BoardCard[], after: readonly BoardCard[]): Set<string> {
  const places = new Map(before.map(({ id }, i) => [id, i]))
  const common = after.filter(({ id }) => places.has(id))
  const best: string[][] = []
  common.forEach(({ id }, i) => {
    const runs = best.filter((_, j) => (places.get(common[j]?.id ?? '') ?? 0) < (places.get(id) ?? 0))
    const longest = runs.sort((a, b) => b.length - a.length)[0] ?? []
    best[i] = [...longest, id]
  })
  const kept = new Set(best.sort((a, b) => b.length - a.length)[0])
  return new Set(common.filter(({ id }) => !kept.has(id)).map(({ id }) => id))
}

const placeOf = (before: readonly BoardCard[], after: readonly BoardCard[], id: string): FieldChange => ({
  field: 'place',
  before: String(before.findIndex((card) => card.id === id) + 1),
  after: String(after.findIndex((card) => card.id === id) + 1),
})
