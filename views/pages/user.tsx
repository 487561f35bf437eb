import type { Child } from 'hono/jsx'
import { actionsMenu } from '../../src/actions/menu.ts'
import { isAllowed } from '../../src/auth/guards.ts'
import { cardState } from '../../src/card-state.ts'
import { whyNotSend } from '../../src/delivery/who.ts'
import { shownOf } from '../../src/lib/settle.ts'
import { SUSPENDED } from '../../src/lib/suspended.ts'
import { definePage, type PageContext } from '../../src/page.ts'
import { whyNoExport } from '../../src/privacy/export.ts'
import { dataHref, eraseHref } from '../../src/privacy/paths.ts'
import { type FoundUser, planNameOf, titleOf } from '../../src/users/find.ts'
import { loadUser, type PersonalCards, type UserCards, type UserData } from '../../src/users/load.ts'
import { USERS_PATH, userHref } from '../../src/users/paths.ts'
import { version } from '../../src/users/version.ts'
import { ActionsMenu } from '../parts/actions-menu.tsx'
import { Badge, Card, Grid, Icon, Menu, MenuItem, Note, Stack } from '../parts/index.ts'
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
  load: loadUser,
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
  profile: 'The profile is written anew.',
  rules: 'The model wrote nothing; the card says why.',
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
    <div class="q-user-more">
      <CostCard {...props} span={12} />
      <MessagesCard {...props} />
    </div>
    <ModelsCard {...props} span={7} />
    <VisitsCard {...props} />
    <CallsCard {...props} />
    <JobsCard {...props} span={5} />
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
      <a class="q-btn" href={`${userHref(user.id)}/email`}>
        <Icon name="mail" />
        Send e-mail
      </a>
    )}
    {isAllowed({ role: 'owner' }, admin) && <DataMenu user={user} deps={deps} />}
    <ActionsMenu {...actionsMenu(deps, admin, user.id)} />
  </>
)

/** What the law gives a person: all that is held of them, and that it is no more. */
const DataMenu = ({ user, deps }: { user: FoundUser; deps: PageContext['deps'] }) => (
  <Menu label="Data" side="right" id="menu-data">
    {whyNoExport(deps) ? (
      <p class="q-menu-foot">{whyNoExport(deps)}</p>
    ) : (
      <MenuItem label="Export data" icon="download" href={dataHref(user.id)} note="JSON" download />
    )}
    <MenuItem label="Erase…" icon="trash" href={eraseHref(user.id)} />
  </Menu>
)

/** The plan, and what is not normal. */
const Standing = ({ user }: { user: FoundUser }): Child => (
  <>
    <Badge tone="plain" outline text={planNameOf(user)} />
    {user.toldPlan !== null && <Badge tone="plain" text="no subscription" />}
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
