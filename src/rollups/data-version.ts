import type { Tag } from '../db/tag.ts'

/** Stays as it is as long as roll-ups and snapshots do: whatever is computed of them alone would be the same again. */
export async function readDataVersion(sql: Tag): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select n from data_version`
  return row?.n ?? 0
}
