import { NotFound, Problem } from '../lib/errors.ts'
import { freeName } from '../lib/slug.ts'
import { type BoardCard, MAX_CARDS } from './doc.ts'
import { HEIGHTS } from './kinds/define.ts'
import { kindOf } from './kinds/index.ts'

/** A card that was taken out, and where it stood. */
export interface Removed {
  card: BoardCard
  position: number
}

export interface Cards {
  cards: BoardCard[]
  removed: Removed | null
}

/** What the buttons of a card do. */
export const MOVES = ['earlier', 'later', 'narrower', 'wider', 'shorter', 'taller', 'remove'] as const
export type Move = (typeof MOVES)[number]

const acts: Record<Move, (cards: Cards, index: number) => Cards> = {
  earlier: (all, index) => placed(all, index, index - 1),
  later: (all, index) => placed(all, index, index + 1),
  narrower: (all, index) => resized(all, index, 'width', -1),
  wider: (all, index) => resized(all, index, 'width', 1),
  shorter: (all, index) => resized(all, index, 'height', -1),
  taller: (all, index) => resized(all, index, 'height', 1),
  remove: ({ cards }, index) => ({
    cards: cards.filter((_, i) => i !== index),
    removed: { card: cards[index] as BoardCard, position: index },
  }),
}

/** @throws NotFound */
export function moveCard(all: Cards, id: string, move: Move): Cards {
  return acts[move](all, indexOf(all, id))
}

/** Puts a card before another one; '' = at the end. @throws NotFound */
export function placeCard(all: Cards, id: string, before: string): Cards {
  if (id === before) return all
  const card = all.cards[indexOf(all, id)] as BoardCard
  const rest = all.cards.filter((one) => one.id !== id)
  const at = before === '' ? rest.length : indexOf({ cards: rest, removed: null }, before)
  return { ...all, cards: rest.toSpliced(at, 0, card) }
}

/** At the end. @throws Problem 422 where the board is full */
export function addCard(all: Cards, card: BoardCard): Cards {
  refuseFull(all.cards.length + 1)
  return { ...all, cards: [...all.cards, card] }
}

/** @throws NotFound */
export function changeCard(all: Cards, card: BoardCard): Cards {
  return { ...all, cards: all.cards.with(indexOf(all, card.id), card) }
}

/** Puts back what was taken out last. @throws Problem 409 where nothing was */
export function undoRemoval({ cards, removed }: Cards): Cards {
  if (!removed) throw new Problem(409, 'Nothing to undo', 'No card was removed since.')
  refuseFull(cards.length + 1)
  const id = freeName(removed.card.id, new Set(cards.map((card) => card.id)))
  return { cards: cards.toSpliced(removed.position, 0, { ...removed.card, id }), removed: null }
}

/** The sizes beside the one that a card has, as its kind allows. */
export function sizesBeside(card: BoardCard): Record<'narrower' | 'wider' | 'shorter' | 'taller', boolean> {
  return {
    narrower: step(card, 'width', -1) !== undefined,
    wider: step(card, 'width', 1) !== undefined,
    shorter: step(card, 'height', -1) !== undefined,
    taller: step(card, 'height', 1) !== undefined,
  }
}

function refuseFull(cards: number): void {
  if (cards > MAX_CARDS)
    throw new Problem(422, 'A full board', `A board has at most ${MAX_CARDS} cards: make another one.`)
}

function indexOf({ cards }: Cards, id: string): number {
  const index = cards.findIndex((card) => card.id === id)
  if (index < 0) throw new NotFound('There is no card of this name on the board any more.')
  return index
}

function placed({ cards, removed }: Cards, from: number, to: number): Cards {
  const card = cards[from] as BoardCard
  const at = Math.max(0, Math.min(cards.length - 1, to))
  return { removed, cards: cards.filter((_, i) => i !== from).toSpliced(at, 0, card) }
}

function resized(all: Cards, index: number, side: 'width' | 'height', by: 1 | -1): Cards {
  const card = all.cards[index] as BoardCard
  const next = step(card, side, by)
  return next === undefined ? all : { ...all, cards: all.cards.with(index, { ...card, [side]: next }) }
}

function step(card: BoardCard, side: 'width' | 'height', by: 1 | -1): number | string | undefined {
  const { widths, heights } = kindOf(card.kind)
  const sizes: (number | string)[] =
    side === 'width' ? [...widths].sort((a, b) => a - b) : HEIGHTS.filter((height) => heights.includes(height))
  const at = sizes.indexOf(card[side])
  // A size that the kind no longer has leads back to those that it has.
  return at < 0 ? sizes[0] : sizes[at + by]
}
