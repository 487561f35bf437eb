import type { Deps } from '../context.ts'
import type { Who } from '../env.ts'
import { NotFound, Problem } from '../lib/errors.ts'
import { type FoundUser, findUser } from './find.ts'
import { addTag, removeTag } from './notes.ts'

/** More than a page has. */
export const MAX_PICKS = 100

type Change = (deps: Deps, who: Who, user: FoundUser, tag: string) => Promise<boolean>

/** Sets a tag on chosen users, each for itself and on record; answers on how many. @throws Problem 422, Forbidden */
export const tagUsers = (deps: Deps, who: Who, ids: readonly string[], tag: string): Promise<number> =>
  changeAll(deps, who, ids, tag, addTag)

/** Takes a tag from those of the chosen who have it; answers from how many. @throws Problem 422, Forbidden */
export const untagUsers = (deps: Deps, who: Who, ids: readonly string[], tag: string): Promise<number> =>
  changeAll(deps, who, ids, tag, async (...asked) => {
    try {
      return await removeTag(...asked)
    } catch (error) {
      if (error instanceof NotFound) return false
      throw error
    }
  })

async function changeAll(deps: Deps, who: Who, ids: readonly string[], tag: string, change: Change): Promise<number> {
  const chosen = [...new Set(ids)]
  if (chosen.length === 0) throw new Problem(422, 'Nobody is chosen', 'Choose users in the list first.').at('user')
  if (chosen.length > MAX_PICKS)
    throw new Problem(422, 'Too many are chosen', `At most ${MAX_PICKS} at a time.`).at('user')
  let changed = 0
  for (const id of chosen) {
    // Who is gone meanwhile, or was never theirs to see, is left out.
    const user = await findUser(deps, who, id)
    if (user && (await change(deps, who, user, tag))) changed++
  }
  return changed
}
