import { createHmac } from 'node:crypto'
import type { Sql } from 'postgres'
import { Lru } from '../lib/lru.ts'
import type { Pseudonyms } from './personal.ts'

/** How long another process may not know yet of an id that was erased here. */
export const ERASED_KNOWN_MS = 5_000
/** Ids of which it is remembered whether they are erased. */
const REMEMBERED = 50_000

/** What is stored of an erased id: without SECRET_KEY nobody can try ids against it. */
export const erasedHash = (secretKey: string, id: string): string =>
  createHmac('sha256', secretKey).update('quarterdeck erased id\0').update(id).digest('hex')

/** The ids that were erased, for the doors: what comes late with one of them is not stored under it. */
export class ErasedIds {
  private readonly pseudonyms = new Map<string, string>()
  private looked = new Lru<string | null>(REMEMBERED)
  private last = 0
  private loadedMs: number | undefined
  private loading: Promise<void> | undefined

  constructor(
    private readonly sql: Sql,
    private readonly secretKey: string,
  ) {}

  /**
   * What stands in the place of an id; undefined while nobody was ever erased, which is what most have. Waits for the
   * database the first time alone: afterwards what was known holds until more is.
   */
  async current(): Promise<Pseudonyms | undefined> {
    if (this.loadedMs === undefined) await this.load()
    else if (performance.now() - this.loadedMs > ERASED_KNOWN_MS) this.load().catch(() => {})
    return this.pseudonyms.size === 0 ? undefined : this.of
  }

  /** Reads what was erased since. */
  load(): Promise<void> {
    this.loading ??= this.read().finally(() => {
      this.loading = undefined
    })
    return this.loading
  }

  /** Numbers are given out under a lock, so that none below the last one is still to come. */
  private async read(): Promise<void> {
    const rows = await this.sql<{ n: number; hash: string; pseudonym: string }[]>`
      select n::float8 as n, hash, pseudonym from erased_ids where n > ${this.last} order by n`
    for (const { n, hash, pseudonym } of rows) {
      this.pseudonyms.set(hash, pseudonym)
      this.last = n
    }
    if (rows.length > 0) this.looked = new Lru(REMEMBERED)
    this.loadedMs = performance.now()
  }

  private readonly of: Pseudonyms = (id) =>
    this.looked.of(id, () => this.pseudonyms.get(erasedHash(this.secretKey, id)) ?? null) ?? undefined
}
