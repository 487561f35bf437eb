import type { BoardCard } from './doc.ts'
import { HEIGHTS } from './kinds/define.ts'

/** Where a card stands, in columns of twelve and rows of one tile. */
export interface Placed {
  card: Pick<BoardCard, 'kind' | 'width' | 'height'>
  column: number
  row: number
  rows: number
}

const COLUMNS = 12

/** Places cards as the style sheet's grid does: in their order, none before the one that it follows. */
export function layoutOf(cards: readonly Placed['card'][]): Placed[] {
  const taken = new Set<string>()
  let [row, column] = [0, 0]
  return cards.map((card) => {
    const rows = HEIGHTS.indexOf(card.height) + 1
    while (column + card.width > COLUMNS || !isFree(taken, row, column, card.width, rows)) {
      column++
      if (column + card.width > COLUMNS) [row, column] = [row + 1, 0]
    }
    for (const cell of cellsOf(row, column, card.width, rows)) taken.add(cell)
    const placed = { card, column, row, rows }
    column += card.width
    return placed
  })
}

const isFree = (taken: ReadonlySet<string>, row: number, column: number, width: number, rows: number): boolean =>
  cellsOf(row, column, width, rows).every((cell) => !taken.has(cell))

const cellsOf = (row: number, column: number, width: number, rows: number): string[] =>
  Array.from({ length: rows * width }, (_, i) => `${row + Math.floor(i / width)} ${column + (i % width)}`)
