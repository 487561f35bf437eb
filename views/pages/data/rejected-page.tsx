import type { RejectedFact } from '../../../src/data-page/rejected.ts'
import { ageText } from '../../../src/lib/dates.ts'
import { Card, Facts, Grid, Icon, Moment, Note } from '../../parts/index.ts'

interface RejectedPageProps {
  fact: RejectedFact
  timeZone: string
  now: Date
  /** Strict privacy: what it holds is not shown. */
  hidden: boolean
  /** It was sent again just now, and refused again. */
  again: boolean
  replayable: boolean
  /** Why the buttons are off; undefined = they are on. */
  mayAct: string | undefined
}

/** One refused fact: why, what it was, and a way to mend it. */
export const RejectedPage = ({ fact, now, hidden, again, replayable, mayAct }: RejectedPageProps) => (
  <Grid>
    <Card id="why" title="Why it was refused" span={4}>
      <Note tone="warn">{again ? `Refused again: ${fact.reason}` : fact.reason}</Note>
      <Facts
        items={[
          { label: 'Kind', value: fact.kind.replaceAll('_', ' ') },
          { label: 'From', value: fact.source },
          {
            label: 'Came',
            value: (
              <>
                <Moment at={fact.at} />
                {`, ${ageText(fact.at, now)} ago`}
              </>
            ),
          },
          { label: 'Size', value: `${fact.bytes.toLocaleString('en-US')} bytes` },
        ]}
      />
    </Card>
    <Card id="raw" title="What was sent" sub={replayable && !hidden ? 'edit it and send it again' : undefined} span={8}>
      {hidden && <p class="q-ink-2">Hidden: the privacy mode is strict. It can be sent again as it was.</p>}
      <form method="post" action={`/dashboard/data/rejected/${fact.id}/replay`}>
        {!hidden && (
          <textarea
            class="form-control q-code-area"
            name="raw"
            rows={16}
            spellcheck={false}
            aria-label="The fact as JSON"
            readonly={!replayable}
          >
            {pretty(fact.raw)}
          </textarea>
        )}
        <p class="q-actions">
          <button
            type="submit"
            class="q-btn q-btn-primary"
            disabled={mayAct !== undefined || !replayable}
            title={mayAct}
          >
            <Icon name="refresh" size={14} />
            Send again
          </button>
          <button
            type="submit"
            class="q-btn"
            formaction={`/dashboard/data/rejected/${fact.id}/discard`}
            formnovalidate
            disabled={mayAct !== undefined}
            title={mayAct}
          >
            <Icon name="trash" size={14} />
            Discard
          </button>
          {mayAct && <span class="q-ink-3">{mayAct}</span>}
          {!replayable && (
            <span class="q-ink-3">It cannot be read on its own: whoever sent it has to send it again.</span>
          )}
        </p>
      </form>
    </Card>
  </Grid>
)

/** JSON in lines, anything else as it came. */
function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2)
  } catch {
    return raw
  }
}
