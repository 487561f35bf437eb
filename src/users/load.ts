import { type ActionRun, runsOfUser } from '../actions/runs.ts'
import { type ActivityPage, isCursor } from '../activity/feed.ts'
import { isAllowed } from '../auth/guards.ts'
import { loadUserHealth, type UserHealth } from '../health/user.ts'
import { type Card, shownOf } from '../lib/settle.ts'
import { card, type PageContext } from '../page.ts'
import { type FoundUser, findUser } from './find.ts'
import { accountDeleted, deletedUser } from './gone.ts'
import { countMessages } from './messages.ts'
import { readProfile, type WrittenProfile } from './model-profile.ts'
import { type Limit, limitsOf, type Money, moneyOf } from './money.ts'
import { type Remarks, remarksOf } from './notes.ts'
import { isTimelineTab, type TimelineTab, timelineOf } from './timeline.ts'
import { latestCalls, type Models, modelsOf, type UsageDay, type UserCall, usageDays } from './usage.ts'
import { version } from './version.ts'
import { jobsOf, sitesOf, type UserJobs, type Visits, visitsOf } from './work.ts'

const TIMELINE_SIZE = 15

/** Of one user; what privacy mode strict does not tell is not loaded. */
export interface UserData {
  found: Card<FoundUser | undefined>
  cards?: UserCards
}

export interface UserCards {
  user: FoundUser
  usage: Card<UsageDay[]>
  models: Card<Models>
  limits: Card<Limit[]>
  jobs: Card<UserJobs>
  health: Card<UserHealth | undefined>
  runs: Card<ActionRun[]>
  sites: Card<{ kind: string; url: string; at: Date }[]>
  personal?: PersonalCards
}

export interface PersonalCards {
  tab: TimelineTab
  timeline: Card<ActivityPage>
  calls: Card<UserCall[]>
  visits: Card<Visits>
  money: Card<Money>
  messages: Card<{ n: number; cut: boolean; kept: boolean }>
  remarks: Card<Remarks>
  profile: Card<WrittenProfile | undefined>
}

/**
 * What the page of a user shows, each card by itself; undefined = there is no such user.
 * @throws NotFound of a user whom the product has deleted
 */
export async function loadUser(context: PageContext): Promise<UserData | undefined> {
  const { deps, admin, param } = context
  const key = JSON.stringify([param.id, admin.tenants, version()])
  const found = await card(context, 'user', () => findUser(deps, admin, param.id ?? ''), { key })
  if (found.state === 'filled' && !found.value) {
    const deleted = shownOf(await card(context, 'user-gone', () => deletedUser(deps, admin, param.id ?? ''), { key }))
    if (deleted !== undefined) throw accountDeleted(admin, deleted)
    return undefined
  }
  const user = shownOf(found)
  return { found, ...(user && { cards: await loadCards(context, user) }) }
}

async function loadCards(context: PageContext, user: FoundUser): Promise<UserCards> {
  const { deps, query, admin } = context
  const load = <T>(name: string, work: () => Promise<T>, more = '') =>
    card(context, `user-${name}`, work, { key: `${user.id}|${user.scope}|${more}` })
  const common = Promise.all([
    load('usage', () => usageDays(deps, user)),
    load('models', () => modelsOf(deps, user)),
    load('limits', () => limitsOf(deps, user)),
    load('jobs', () => jobsOf(deps, user)),
    load('sites', () => sitesOf(deps, user)),
    load('health', () => loadUserHealth(deps, user.id)),
    load('actions', () => runsOfUser(deps, user.id, 5)),
  ])
  const tab = isTimelineTab(query.show ?? '') ? (query.show as TimelineTab) : 'all'
  const before = query.before && isCursor(query.before) ? query.before : undefined
  const acts = isAllowed({ role: 'operator' }, admin)
  const personal =
    deps.config.privacy === 'strict'
      ? undefined
      : Promise.all([
          load(
            'timeline',
            () => timelineOf(deps, user, { tab, before, limit: TIMELINE_SIZE, acts }),
            `${tab}|${before ?? ''}|${acts}|${version()}`,
          ),
          load('calls', () => latestCalls(deps, user)),
          load('visits', () => visitsOf(deps, user)),
          load('money', () => moneyOf(deps, user)),
          load('messages', () => countMessages(deps, user)),
          load('remarks', () => remarksOf(deps, user), String(version())),
          load('profile', () => readProfile(deps, user.id), String(version())),
        ])
  const [[usage, models, limits, jobs, sites, health, runs], own] = await Promise.all([common, personal])
  const cards = { user, usage, models, limits, jobs, sites, health, runs }
  if (!own) return cards
  const [timeline, calls, visits, money, messages, remarks, profile] = own
  return { ...cards, personal: { tab, timeline, calls, visits, money, messages, remarks, profile } }
}
