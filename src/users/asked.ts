import type { Context } from 'hono'
import { peopleOf } from '../api/params.ts'
import { BadParameter } from '../api/query.ts'
import { whoOf } from '../auth/guards.ts'
import { scopeOf } from '../auth/scope.ts'
import type { Deps } from '../context.ts'
import type { Env } from '../env.ts'
import { usableSegment } from '../segments/store.ts'
import type { Tab } from './groups.ts'
import type { UserQuery } from './list.ts'
import { whyNoTags } from './notes.ts'
import { type Direction, type SortName, sortOf } from './sorts.ts'

interface Asked {
  tenant?: string
  tab: Tab
  plan?: string
  segment?: string
  q?: string
  tag?: string
  sort: SortName
  dir?: Direction
}

/** The list that a program asks for, of those users that it may see. @throws Problem */
export async function userQueryOf(c: Context<Env>, deps: Deps, asked: Asked): Promise<UserQuery> {
  const who = whoOf(c)
  const { tab, q, tag, sort, dir = sortOf(sort).first } = asked
  const { plan, segment } = await peopleOf(c, deps, { plan: asked.plan, segment: asked.segment })
  const why = tag && whyNoTags(deps)
  if (why) throw new BadParameter('tag', why)
  return {
    scope: scopeOf(who, asked.tenant),
    tab,
    sort,
    dir,
    ...(q?.trim() && { q }),
    ...(tag && { tag }),
    ...(plan !== undefined && { plan }),
    ...(segment !== undefined && { segment: await usableSegment(deps, who, segment) }),
  }
}
