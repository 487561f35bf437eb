// Long because: each card of the page is loaded, placed and left out here, and nowhere else.
import type { Child } from 'hono/jsx'
import { actionsMenu } from '../../src/actions/menu.ts'
import { type ActionRun, runsOfUser } from '../../src/actions/runs.ts'
import { type ActivityPage, isCursor } from '../../src/activity/feed.ts'
import { isAllowed } from '../../src/auth/guards.ts'
import { cardState } from '../../src/card-state.ts'
import { whyNotSend } from '../../src/delivery/who.ts'
import { loadUserHealth, type UserHealth } from '../../src/health/user.ts'
import { type Card as Loaded, shownOf } from '../../src/lib/settle.ts'
import { card, definePage, type PageContext } from '../../src/page.ts'
import { type FoundUser, findUser, titleOf } from '../../src/users/find.ts'
import { countMessages } from '../../src/users/messages.ts'
import { type Limit, limitsOf, type Money, moneyOf } from '../../src/users/money.ts'
import { type Remarks, remarksOf } from '../../src/users/notes.ts'
import { USERS_PATH } from '../../src/users/paths.ts'
import { SUSPENDED } from '../../src/users/stats.ts'
import { isTimelineTab, type TimelineTab, timelineOf } from '../../src/users/timeline.ts'
import { latestCalls, type Models, modelsOf, type UsageDay, type UserCall, usageDays } from '../../src/users/usage.ts'
import { version } from '../../src/users/version.ts'
import { jobsOf, sitesOf, type UserJobs, type Visits, visitsOf } from '../../src/users/work.ts'
import { ActionsMenu } from '../parts/actions-menu.tsx'
import { Badge, Card, Grid, Icon, Note, Stack } from '../parts/index.ts'
import { UserHealthCard } from '../parts/user-health.tsx'
import { RunsCard } from './action/runs.tsx'
import { AccountCard, LimitsCard, MarginCard } from './user/account.tsx'
import { MoneyCard } from './user/money.tsx'
import { ProfileCard } from './user/profile.tsx'
import { RemarksCard } from './user/remarks.tsx'
import { TimelineCard } from './user/timeline.tsx'
import { CallsCard, CostCard, ModelsCard } from './user/usage.tsx'
import { MessagesCard, VisitsCard } from './user/visits.tsx'
import { JobsCard } from './user/work.tsx'

export const TIMELINE_SIZE = 15

/** Of one user; what privacy mode strict does not tell is not loaded. */
export interface UserData {
  found: Loaded<FoundUser | undefined>
  cards?: UserCards
}
export interface UserCards {
  user: FoundUser
  usage: Loaded<UsageDay[]>
  models: Loaded<Models>
  limits: Loaded<Limit[]>
  jobs: Loaded<UserJobs>
  health: Loaded<UserHealth | undefined>
  runs: Loaded<ActionRun[]>
  sites: Loaded<{ kind: string; url: string; at: Date }[]>
  personal?: PersonalCards
}
export interface PersonalCards {
  tab: TimelineTab
  timeline: Loaded<ActivityPage>
  calls: Loaded<UserCall[]>
  visits: Loaded<Visits>
  money: Loaded<Money>
  messages: Loaded<{ n: number; cut: boolean; kept: boolean }>
  remarks: Loaded<Remarks>
}
export interface UserProps {
  cards: UserCards
  context: PageContext
}
export interface PersonalProps extends UserProps {
  personal: PersonalCards
}

/** One user: who they are, what they do, what they cost and pay, and what happened. */
export default definePage<UserData>({
  path: `${USERS_PATH}/:id`,
  under: USERS_PATH,
  title: 'User',
  group: 'People',
  order: 11,
  role: 'viewer',
  every: 30,
  params: ['show', 'before', 'done'],
  filters: 'none',
  personal: () => String(version()),
  load: async (context) => {
    const { deps, admin, param } = context
    const key = JSON.stringify([param.id, admin.tenants, version()])
    const found = await card(context, 'user', () => findUser(deps, admin, param.id ?? ''), { key })
    if (found.state === 'filled' && !found.value) return undefined
    const user = shownOf(found)
    return { found, ...(user && { cards: await loadCards(context, user) }) }
  },
  frame: ({ data: { cards }, context }) => ({
    title: cards ? titleOf(cards.user) : context.param.id,
    crumbs: [{ label: 'Users', href: USERS_PATH }],
    titleNote: cards && <Standing user={cards.user} />,
    actions: cards && <Acts user={cards.user} context={context} />,
    exports: cards && [{ label: 'JSON', href: `/api/users/${encodeURIComponent(cards.user.id)}` }],
  }),
  View: ({ data: { found, cards }, context, live }) => {
    if (!cards) return <Away found={found} context={context} />
    return (
      <>
        {context.query.done && <Note tone="info">{DONE[context.query.done] ?? 'Done.'}</Note>}
        {cards.personal ? (
          <div class="q-grid q-user">
            {live}
            <div class="q-stack q-user-side">
              <RemarksCard cards={cards} personal={cards.personal} context={context} />
              <DoneCard cards={cards} context={context} />
            </div>
          </div>
        ) : (
          live
        )}
      </>
    )
  },
  Live: ({ data: { cards }, context }) =>
    cards ? (
      cards.personal ? (
        <Whole cards={cards} personal={cards.personal} context={context} />
      ) : (
        <Strict cards={cards} context={context} />
      )
    ) : null,
})

const DONE: Record<string, string> = {
  note: 'The note is written.',
  deleted: 'The note is deleted.',
  tag: 'The tag is set.',
  untagged: 'The tag is taken away.',
}

async function loadCards(context: PageContext, user: FoundUser): Promise<UserCards> {
  const { deps, query, admin } = context
  const load = <T,>(name: string, work: () => Promise<T>, more = '') =>
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
        ])
  const [[usage, models, limits, jobs, sites, health, runs], own] = await Promise.all([common, personal])
  const cards = { user, usage, models, limits, jobs, sites, health, runs }
  if (!own) return cards
  const [timeline, calls, visits, money, messages, remarks] = own
  return { ...cards, personal: { tab, timeline, calls, visits, money, messages, remarks } }
}

/** Columns of the page's own grid; at the right stands what a poll must not touch: forms. */
const Whole = (props: PersonalProps) => (
  <>
    <Stack span={3}>
      <AccountCard {...props} />
      <LimitsCard {...props} />
      <MarginCard {...props} />
      <MoneyCard {...props} />
    </Stack>
    <Stack span={6}>
      <ScoreCard {...props} />
      <ProfileCard {...props} />
      <TimelineCard {...props} />
    </Stack>
    <CostCard {...props} span={5} />
    <ModelsCard {...props} span={7} />
    <JobsCard {...props} span={5} />
    <CallsCard {...props} />
    <VisitsCard {...props} />
    <MessagesCard {...props} />
  </>
)

/** Who they are, their plan, and counts. */
const Strict = (props: UserProps) => (
  <div class="q-flow">
    <Note tone="plain">Privacy mode strict: of users only id, e-mail address, plan and counts are shown.</Note>
    <Grid>
      <Stack span={4}>
        <AccountCard {...props} />
        <LimitsCard {...props} />
        <MarginCard {...props} />
      </Stack>
      <Stack span={8}>
        <ScoreCard {...props} />
        <ModelsCard {...props} span={12} />
        <CostCard {...props} span={12} />
        <JobsCard {...props} span={12} />
      </Stack>
    </Grid>
  </div>
)

const ScoreCard = ({ cards: { health }, context: { deps, filters } }: UserProps) => (
  <UserHealthCard
    health={shownOf(health)}
    state={cardState(health, deps.now())}
    today={filters.today}
    timeZone={deps.config.timeZone}
  />
)

/** What admins did with them in the product itself. */
const DoneCard = ({ cards: { runs }, context: { deps, filters } }: UserProps) => (
  <RunsCard
    runs={shownOf(runs) ?? []}
    state={cardState(runs, deps.now())}
    today={filters.today}
    timeZone={deps.config.timeZone}
  />
)

/** What can be done here: write to them, and have the product act. */
const Acts = ({ user, context: { deps, admin } }: { user: FoundUser; context: PageContext }) => (
  <>
    {!whyNotSend(deps, admin) && (
      <a class="q-btn" href={`/dashboard/users/${encodeURIComponent(user.id)}/email`}>
        <Icon name="mail" />
        Send e-mail
      </a>
    )}
    <ActionsMenu {...actionsMenu(deps, admin, user.id)} />
  </>
)

/** The plan, and what is not normal. */
const Standing = ({ user }: { user: FoundUser }): Child => (
  <>
    <Badge tone="plain" outline text={user.planName ?? user.plan} />
    {user.class === 'trial' && <Badge tone="info" text="trial" />}
    {user.class === 'trial_expired' && <Badge tone="plain" text="trial ended" />}
    {(SUSPENDED as readonly string[]).includes(user.status) && <Badge tone="crit" text={user.status} />}
  </>
)

/** The database is away, and this user was not asked for before. */
const Away = ({ found, context }: { found: UserData['found']; context: PageContext }) => (
  <Grid>
    <Card id="user" title="Account" state={cardState(found, context.deps.now())} />
  </Grid>
)
