import type { Deps } from '../context.ts'
import { Problem } from '../lib/errors.ts'
import { freeName } from '../lib/slug.ts'
import { type BoardCard, type BoardDoc, cardId, checkCard, type WrittenBoard } from './doc.ts'
import { pinnedFields, pinnedQuery } from './filters.ts'
import type { Issue } from './kinds/define.ts'
import { kindOf } from './kinds/index.ts'
import type { Catalogue } from './metrics.ts'

/** What a board is read with: its metrics must be there, its filters mean something. */
export type Reading = Pick<Deps, 'config' | 'now'> & { catalogue: Catalogue }

/** What a file or a request says, as it is kept. */
export interface ReadBoard {
  /** The address it asks for. */
  slug: string | undefined
  doc: BoardDoc
}

/** A board as it is written, in the order in which one reads it. */
export function toWritten(slug: string, { name, description, filters, cards }: BoardDoc): WrittenBoard {
  return {
    board: slug,
    name,
    ...(description === '' ? {} : { description }),
    filters: filters === null ? 'bar' : pinnedFields(filters),
    cards: cards.map(writtenCard),
  } as WrittenBoard
}

function writtenCard({ id, kind, title, config, width, height }: BoardCard): Record<string, unknown> {
  const known = Object.entries(config).filter(([, value]) => value !== undefined)
  return { id, kind, ...(title === '' ? {} : { title }), ...Object.fromEntries(known), width, height }
}

/** What a board says that has been read by its shape, and what is wrong with it beyond that. */
export function fromWritten(deps: Reading, written: WrittenBoard): ReadBoard & { issues: Issue[] } {
  const { board, name, description = '', filters = 'bar', cards } = written
  const given = cards.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const taken = new Set(given)
  const kept = cards.map((card): BoardCard => {
    const { id, kind, title = '', width, height, ...config } = card as typeof card & Record<string, unknown>
    const sizes = kindOf(kind)
    const named = id ?? cardId({ kind, config }, taken)
    taken.add(named)
    const size = { width: width ?? sizes.widths[0] ?? 6, height: height ?? sizes.heights[0] ?? 'm' }
    return { id: named, kind, title, config, ...size } as BoardCard
  })
  const pinned = filters === 'bar' ? undefined : pinnedQuery(filters, deps)
  const issues = [
    ...(pinned && 'wrong' in pinned ? [{ path: ['filters'], message: pinned.wrong }] : []),
    ...twice(given, cards),
    ...kept.flatMap((card, i) =>
      checkCard(deps.catalogue, card).map(({ path, message }) => ({ path: ['cards', i, ...path], message })),
    ),
  ]
  const query = pinned && 'query' in pinned ? pinned.query : null
  return { slug: board, doc: { name, description, filters: query, cards: kept }, issues }
}

function twice(given: readonly string[], cards: WrittenBoard['cards']): Issue[] {
  return cards.flatMap(({ id }, i) =>
    id !== undefined && given.indexOf(id) !== given.lastIndexOf(id) && cards.findIndex((one) => one.id === id) < i
      ? [{ path: ['cards', i, 'id'], message: `There are two cards “${id}”: each has an id of its own.` }]
      : [],
  )
}

/** @throws Problem 422 that names each place */
export function refuseIssues(issues: readonly Issue[]): void {
  if (issues.length === 0) return
  const detail = issues.map(({ path, message }) => `${path.join('.') || 'board'}: ${message}`).join(' ')
  throw new Problem(422, 'The board is not valid', detail)
}

/** The same cards under ids that do not meet those of another board's. */
export function renamed(cards: readonly BoardCard[], taken: ReadonlySet<string>): BoardCard[] {
  const all = new Set(taken)
  return cards.map((card) => {
    const id = freeName(card.id, all)
    all.add(id)
    return { ...card, id }
  })
}
