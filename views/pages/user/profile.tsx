import { cardState } from '../../../src/card-state.ts'
import { dayLabel } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { writeProfile } from '../../../src/users/profile.ts'
import { Card } from '../../parts/index.ts'
import type { PersonalProps } from '../user.tsx'

/** The user in a few sentences, which say what they were made of. */
export const ProfileCard = ({ cards, context }: PersonalProps) => {
  const { deps, filters } = context
  const { timeZone, currency } = deps.config
  const [days, jobs] = [shownOf(cards.usage), shownOf(cards.jobs)]
  const sentences =
    days && jobs
      ? writeProfile({
          user: cards.user,
          days,
          jobs: jobs.counts,
          today: filters.today,
          now: deps.now(),
          timeZone,
          currency,
        })
      : []
  const waiting = cards.usage.state === 'filled' ? cards.jobs : cards.usage
  return (
    <Card
      id="profile"
      title="Profile"
      sub={`written by rules from stored numbers, ${dayLabel(filters.today, filters.today)}`}
      state={cardState<unknown>(waiting, deps.now())}
    >
      <div class="q-profile">
        {sentences.map((text) => (
          <p>{text}</p>
        ))}
      </div>
    </Card>
  )
}
