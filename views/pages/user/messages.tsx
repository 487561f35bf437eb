import { momentText } from '../../../src/lib/dates.ts'
import type { Day } from '../../../src/lib/time.ts'
import type { MessagePage } from '../../../src/users/messages.ts'
import { Card, Note } from '../../parts/index.ts'

interface Props {
  page: MessagePage
  path: string
  today: Day
  timeZone: string
  first: boolean
}

/** What was written to and by a user, newest first. */
export const UserMessages = ({ page, path, today, timeZone, first }: Props) => (
  <>
    <Note tone="info">That you read these messages is in the audit log.</Note>
    <Card
      id="messages"
      title="Messages"
      sub="newest first"
      state={page.messages.length === 0 ? NONE : undefined}
      foot={
        (!first || page.next) && (
          <span class="q-pager">
            {!first && (
              <a class="q-btn q-btn-small" href={path}>
                Newest
              </a>
            )}
            {page.next && (
              <a class="q-btn q-btn-small" href={`${path}?before=${encodeURIComponent(page.next)}`}>
                Older
              </a>
            )}
          </span>
        )
      }
    >
      {page.messages.map(({ at, channel, direction, status, subject, text }) => (
        <article class="q-message">
          <span class="q-ink-3">
            {`${momentText(at, today, timeZone)}, ${channel} ${direction === 'in' ? 'from the user' : 'to the user'}, ${status}`}
          </span>
          {subject && <p>{<b>{subject}</b>}</p>}
          {text ? <p>{text}</p> : !subject && <p class="q-ink-2">Its words were not kept.</p>}
        </article>
      ))}
    </Card>
  </>
)

const NONE = { kind: 'empty' as const, title: 'No messages', text: 'There are none of this user.' }
