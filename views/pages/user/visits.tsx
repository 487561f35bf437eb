import { cardState, emptyState } from '../../../src/card-state.ts'
import { momentText } from '../../../src/lib/dates.ts'
import { shownOf } from '../../../src/lib/settle.ts'
import { formatValue } from '../../../src/metrics/format.ts'
import { whyNoMessages } from '../../../src/users/messages.ts'
import { userHref } from '../../../src/users/paths.ts'
import { Card, DataTable, Facts, Icon } from '../../parts/index.ts'
import type { PersonalProps } from '../user.tsx'

/** When they came, from where, with what. */
export const VisitsCard = ({ personal, context }: PersonalProps) => {
  const { deps, filters } = context
  const found = shownOf(personal.visits)
  const { sessions = [], devices = [], places = [] } = found ?? {}
  const moment = (at: Date) => momentText(at, filters.today, deps.config.timeZone)
  return (
    <Card
      id="visits"
      title="Sessions, devices, places"
      span={5}
      flush={sessions.length > 0}
      state={cardState(personal.visits, deps.now(), () =>
        sessions.length + devices.length + places.length === 0
          ? emptyState(deps, 'events', 'No visits are known')
          : undefined,
      )}
    >
      {sessions.length > 0 && (
        <DataTable
          id="sessions"
          caption="Sessions, newest first"
          rowHeight={30}
          columns={[
            { key: 'at', label: 'Session' },
            { key: 'took', label: 'Duration', number: true },
            { key: 'events', label: 'Events', number: true },
          ]}
          rows={sessions.map(({ startedAt, endedAt, events }) => ({
            cells: {
              at: moment(startedAt),
              took: formatValue(endedAt.getTime() - startedAt.getTime(), 'ms', 'table'),
              events: formatValue(events, 'events', 'table'),
            },
          }))}
        />
      )}
      {devices.length + places.length > 0 && (
        <div class="q-user-where">
          <Facts
            items={[
              ...devices.map(({ device, lastAt }) => ({ label: device, value: moment(lastAt) })),
              ...places.map(({ place, lastAt }) => ({ label: place, value: moment(lastAt) })),
            ]}
          />
        </div>
      )}
    </Card>
  )
}

/** That there are messages; what they say is a page of its own, and who reads it is on record. */
export const MessagesCard = ({ cards, personal, context }: PersonalProps) => {
  const { deps, admin } = context
  const found = shownOf(personal.messages)
  const why = whyNoMessages(deps, admin)
  const n = found && `${found.n.toLocaleString('en-US')}${found.cut ? ' or more' : ''}`
  return (
    <Card
      id="user-messages"
      title="Messages"
      span={4}
      state={cardState(personal.messages, deps.now(), (value) =>
        value.n === 0 ? emptyState(deps, 'messages', 'No messages') : undefined,
      )}
    >
      <p class="q-ink-2">
        {`${n} ${found?.n === 1 ? 'message' : 'messages'} to and from this user. `}
        {found?.kept
          ? 'Who reads them is written to the audit log.'
          : 'Their words were not kept: STORE_CONTENT says whether they are.'}
      </p>
      {found?.kept && (
        <p class="q-actions">
          {why ? (
            <button type="button" class="q-btn" disabled title={why}>
              <Icon name="message" />
              Read messages
            </button>
          ) : (
            <a class="q-btn" href={`${userHref(cards.user.id)}/messages`}>
              <Icon name="message" />
              Read messages
            </a>
          )}
          {why && <small class="q-ink-2">{why}</small>}
        </p>
      )}
    </Card>
  )
}
