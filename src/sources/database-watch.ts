import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Deps } from '../context.ts'
import { connectWatch } from '../db/connect.ts'
import { every } from '../lib/every.ts'
import { DATABASE, DATABASE_AWAY } from '../lib/state-book.ts'

const EVERY_MS = 1_000
const ANSWER_WITHIN_MS = 2_000
/** A question that was never answered is asked anew on another connection: its host may be gone without a word. */
const GIVE_UP_MS = 20_000

type WatchDeps = Pick<Deps, 'db' | 'book'>

/**
 * Asks our own database all the time whether it answers. A card that waits only knows itself to be slow; a server that
 * is frozen is told apart by this connection, on which nothing else waits, and is noticed with no page open.
 */
export function watchDatabase({ db, book }: WatchDeps): { stop: () => Promise<void> } {
  let sql = connectWatch(db.url)
  let stopped = false
  const away = () => {
    if (!stopped) book.degraded(DATABASE, DATABASE_AWAY)
  }

  const check = async () => {
    const answer = sql`select 1`.then(() => performance.now())
    const late = setTimeout(() => void lateUnlessAnswered(answer).then((isLate) => isLate && away()), ANSWER_WITHIN_MS)
    const lost = setTimeout(() => {
      const stuck = sql
      sql = connectWatch(db.url)
      void stuck.end({ timeout: 0 })
    }, GIVE_UP_MS)
    try {
      book.recovered(DATABASE, await answer)
    } catch {
      away()
    } finally {
      clearTimeout(late)
      clearTimeout(lost)
    }
  }

  const stop = every(EVERY_MS, check)
  return {
    async stop() {
      stopped = true
      // First, as it ends a question that hangs.
      await sql.end({ timeout: 0 })
      await stop()
    },
  }
}

/** A process that was busy itself has not read its mail yet: the answer may be there already. */
async function lateUnlessAnswered(answer: Promise<number>): Promise<boolean> {
  const answered = answer.then(
    () => true,
    () => false,
  )
  for (let turn = 0; turn < 3; turn++) await nextTurn()
  return !(await Promise.race([answered, nextTurn(false)]))
}
