import { cardState } from '../../../src/card-state.ts'
import { dayLabel, momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { hasModel } from '../../../src/llm/complete.ts'
import { type WrittenProfile, whyNoModel } from '../../../src/users/model-profile.ts'
import { userHref } from '../../../src/users/paths.ts'
import { writeProfile } from '../../../src/users/profile.ts'
import { Card, Icon } from '../../parts/index.ts'
import type { PersonalProps } from '../user.tsx'

/** The user in a few sentences, which say who wrote them, of what and when. */
export const ProfileCard = (props: PersonalProps) => {
  const { cards, personal, context } = props
  const { deps, filters } = context
  const written = shownOf(personal.profile)
  const byModel = written?.text?.split(/\n+/)
  const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  const waiting = cards.usage.state === 'filled' ? cards.jobs : cards.usage
  return (
    <Card
      id="profile"
      title="Profile"
      sub={
        written && byModel
          ? `written by ${written.model} from stored numbers, ${moment(written.at)}`
          : `written by rules from stored numbers, ${dayLabel(filters.today, filters.today)}`
      }
      state={cardState<unknown>(waiting, deps.now())}
    >
      <div class="q-profile">
        {(byModel ?? byRules(props)).map((text) => (
          <p>{text}</p>
        ))}
      </div>
      {written?.problem && <p class="q-ink-2">{`${written.problem} Tried ${moment(written.at)}.`}</p>}
      {hasModel(deps) && <WriteAnew {...props} written={written} />}
    </Card>
  )
}

function byRules({ cards, context: { deps, filters } }: PersonalProps): string[] {
  const { timeZone, currency } = deps.config
  const [days, jobs] = [shownOf(cards.usage), shownOf(cards.jobs)]
  if (!days || !jobs) return []
  const { user } = cards
  return writeProfile({ user, days, jobs: jobs.counts, today: filters.today, now: deps.now(), timeZone, currency })
}

const WriteAnew = ({ cards, context, written }: PersonalProps & { written: WrittenProfile | undefined }) => {
  const why = whyNoModel(context.deps, context.admin)
  return (
    <form class="q-actions" method="post" action={`${userHref(cards.user.id)}/profile`}>
      <button type="submit" class="q-btn q-btn-small" disabled={why !== undefined} title={why}>
        <Icon name="sparkles" size={14} />
        {written ? 'Write anew' : 'Have a model write it'}
      </button>
      {why && <small class="q-ink-2">{why}</small>}
    </form>
  )
}
