/** Rows that are listed from the highest id down. */
export interface Below {
  /** Those before this id: the next page. */
  before?: number
  limit: number
}

type Read<T> = (asked: Below) => Promise<T[]>

/** An id as addresses have it; whatever else they have is none. */
export const idIn = (text: string | undefined): number | undefined =>
  /^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined

/** A page of them, and the id that the next one is before; null = there are no more. */
export async function pageBelow<T extends { id: number }>(
  read: Read<T>,
  before: number | undefined,
  limit: number,
): Promise<{ rows: T[]; next: number | null }> {
  const found = await read({ ...(before !== undefined && { before }), limit: limit + 1 })
  const rows = found.slice(0, limit)
  return { rows, next: found.length > limit ? (rows.at(-1)?.id ?? null) : null }
}

const FILE_PAGE = 250

/** All of them, some at a time, as a file is written. */
export async function* allBelow<T extends { id: number }>(read: Read<T>): AsyncGenerator<T[]> {
  let before: number | undefined
  do {
    const { rows, next }: { rows: T[]; next: number | null } = await pageBelow(read, before, FILE_PAGE)
    if (rows.length > 0) yield rows
    before = next ?? undefined
  } while (before !== undefined)
}
